import type { AuditEvent } from '@rolecall/audit';
import { auditEntries } from '../audit/append.ts';
import type { LastStatement } from '../sql.ts';
import type { FlowRecord, NewSession } from '../stores.ts';
import { WRITE_AT_THE_END } from './statements.ts';

/**
 * What a transaction keeps back and writes together when its work is done: nothing in between depends on it, it goes with
 * the COMMIT, and the audit chain's head is locked for one round trip and not for a whole login.
 */
export class TransactionEnd {
  readonly sessions: NewSession[] = [];
  readonly flows: FlowRecord[] = [];
  readonly events: AuditEvent[] = [];

  /** The one statement; fails with `stale_revision` when the IdP of a session was disabled or removed since the caller read it. */
  statement(organizationId: string): LastStatement | undefined {
    const { sessions, flows, events } = this;
    if (sessions.length + flows.length + events.length === 0) return undefined;
    const entries = [sessions.map(sessionEntry), flows, auditEntries(organizationId, events)];
    return { statement: WRITE_AT_THE_END, values: [organizationId, ...entries.map((entry) => JSON.stringify(entry))] };
  }
}

/** A session as the function takes it. */
function sessionEntry({ tokenHash, subject, ...session }: NewSession): object {
  const { identityProvider, nameId } = subject;
  const names = { identityProvider, nameIdFormat: nameId.format, nameId: nameId.value };
  return { ...session, ...names, tokenHash: tokenHash.toString('hex') };
}
