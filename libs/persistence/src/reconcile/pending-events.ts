import type { AuditEvent } from '@rolecall/audit';
import { appendAudit } from '../audit/append.ts';
import type { OrganizationConnection } from './organization-connection.ts';

/** So many organizations' events are sent before the first is answered. */
const AT_ONCE = 50;

/** Audit events that wait for the end of their transaction: until it is over they keep everything waiting that is audited. */
export class PendingEvents {
  readonly #events = new Map<string, AuditEvent[]>();

  add(organizationId: string, event: AuditEvent): void {
    this.#events.set(organizationId, [...(this.#events.get(organizationId) ?? []), event]);
  }

  /** In one order always, so that two transactions never wait for each other. */
  async append(on: OrganizationConnection): Promise<void> {
    const events = [...this.#events].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let at = 0; at < events.length; at += AT_ONCE) {
      const some = events.slice(at, at + AT_ONCE);
      await Promise.all(some.map(([id, ofOne]) => on.with(id, () => appendAudit(on.client, id, ofOne))));
    }
  }
}
