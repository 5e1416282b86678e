import type { PoolClient } from 'pg';
import { eventDigest, redact } from '@rolecall/audit';
import type { AuditEvent, ChainedEvent } from '@rolecall/audit';
import { query } from '../sql.ts';
import { APPEND_AUDIT, READ_AUDIT } from './statements.ts';

/** An event as the chain's function takes it: redacted, with the digest that the chain covers. */
export function auditEntry(event: AuditEvent): Readonly<Record<string, unknown>> {
  const redacted = redact(event);
  return {
    digest: eventDigest(redacted),
    type: redacted.type,
    at: redacted.at.toISOString(),
    actorKind: redacted.actor.kind,
    actorId: redacted.actor.id,
    subject: redacted.subject,
    data: redacted.data,
    traceId: redacted.traceId,
  };
}

/**
 * Appends events to the chain of the organization that the transaction works for. Holds the lock on the chain's head until
 * the transaction ends, so it stands last in one.
 */
export async function appendAudit(
  client: PoolClient,
  organizationId: string,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await query(client, APPEND_AUDIT, [organizationId, JSON.stringify(events.map(auditEntry))]);
}

export interface AuditRow {
  seq: string;
  type: ChainedEvent['type'];
  at: Date;
  actor_kind: ChainedEvent['actor']['kind'];
  actor_id: string;
  subject: string;
  data: ChainedEvent['data'];
  trace_id: string | null;
  digest: string;
  hash: string;
}

/** Up to `limit` links after `afterSeq` (0 = from the first), in order, as the chain's verifier takes them. */
export async function readAudit(
  client: PoolClient,
  organizationId: string,
  afterSeq: number,
  limit: number,
): Promise<readonly ChainedEvent[]> {
  const rows = await query<AuditRow>(client, READ_AUDIT, [organizationId, afterSeq, limit]);
  return rows.map(chainedEvent);
}

/** A row as the chain's verifier takes it. */
export function chainedEvent(row: AuditRow): ChainedEvent {
  return {
    seq: Number(row.seq),
    type: row.type,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id },
    subject: row.subject,
    data: row.data,
    ...(row.trace_id !== null && { traceId: row.trace_id }),
    digest: row.digest,
    hash: row.hash,
  };
}
