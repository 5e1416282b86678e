import type { PoolClient } from 'pg';
import { canonicalAddress, eventDigest, redact } from '@rolecall/audit';
import type { AuditEvent, ChainedEvent } from '@rolecall/audit';
import { query } from '../sql.ts';
import { originOfRequest } from './clients.ts';
import { APPEND_AUDIT, READ_AUDIT } from './statements.ts';

type Entry = Readonly<Record<string, unknown>>;

/**
 * Events as the chain's function takes them: redacted, with the digest that the chain covers and the origin of the request. The address
 * comes with the first event that has the origin.
 */
export function auditEntries(organizationId: string, events: readonly AuditEvent[]): readonly Entry[] {
  const told = new Set<string>();
  return events.map((event) => {
    const from = originOfRequest(organizationId, event.at);
    if (from === undefined) return auditEntry(event);
    const { origin, address, salt } = from;
    const entry = auditEntry({ ...event, origin });
    if (told.has(origin)) return entry;
    told.add(origin);
    return { ...entry, address, salt };
  });
}

function auditEntry(event: AuditEvent): Entry {
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
    origin: redacted.origin,
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
  await query(client, APPEND_AUDIT, [organizationId, JSON.stringify(auditEntries(organizationId, events))]);
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
  origin: string | null;
  client: { readonly address: string; readonly salt: string } | null;
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
    ...(row.origin !== null && { origin: row.origin }),
    ...(row.client !== null && { client: clientIn(row.client) }),
  };
}

/** PostgreSQL writes some addresses of IPv6 with a dotted part. */
function clientIn({ address, salt }: NonNullable<AuditRow['client']>) {
  return { address: canonicalAddress(address) ?? address, salt };
}
