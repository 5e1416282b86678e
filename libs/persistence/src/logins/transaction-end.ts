import type { PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import { auditEntry } from '../audit/append.ts';
import { PersistenceError } from '../errors.ts';
import { query } from '../sql.ts';
import type { FlowRecord, NewSession } from '../stores.ts';
import { WRITE_AT_THE_END } from './statements.ts';

/**
 * What a transaction keeps back and writes together when its work is done: nothing in between depends on it, it costs one
 * round trip, and the audit chain's head is locked for two round trips and not for a whole login.
 */
export class TransactionEnd {
  readonly sessions: NewSession[] = [];
  readonly flows: FlowRecord[] = [];
  readonly events: AuditEvent[] = [];

  /** Throws `stale_revision` when the IdP of a session was disabled or removed since the caller read it. */
  async write(client: PoolClient, organizationId: string): Promise<void> {
    const { sessions, flows, events } = this;
    if (sessions.length + flows.length + events.length === 0) return;
    const [row] = await query<{ written: boolean }>(client, WRITE_AT_THE_END, [
      organizationId,
      JSON.stringify(sessions.map(sessionEntry)),
      JSON.stringify(flows),
      JSON.stringify(events.map(auditEntry)),
    ]);
    if (row?.written === true) return;
    throw new PersistenceError('stale_revision', 'an IdP is disabled or gone; read the organization again');
  }
}

/** A session as the function takes it. */
function sessionEntry({ tokenHash, subject, ...session }: NewSession): object {
  const { identityProvider, nameId } = subject;
  const names = { identityProvider, nameIdFormat: nameId.format, nameId: nameId.value };
  return { ...session, ...names, tokenHash: tokenHash.toString('hex') };
}
