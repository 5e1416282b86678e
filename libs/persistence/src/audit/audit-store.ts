import type { Pool } from 'pg';
import { CHAIN_START } from '@rolecall/audit';
import { inTransaction, query } from '../sql.ts';
import type { Statement } from '../sql.ts';
import type { AuditFilter, AuditStore } from '../stores.ts';
import { appendAudit, chainedEvent } from './append.ts';
import type { AuditRow } from './append.ts';
import { AUDIT_COLUMNS } from './columns.ts';

const READ_HEAD: Statement = {
  name: 'audit.head',
  text: `select seq, encode(hash, 'hex') as hash from audit_heads where org_id = $1`,
};

/** Chains as people and machines read them. Not a hot path. */
export function auditStore(pool: Pool): AuditStore {
  return {
    list: (organizationId, filter) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const { statement, values } = auditQuery(organizationId, filter);
        return (await query<AuditRow>(client, statement, values)).map(chainedEvent);
      }),

    head: (organizationId) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const [row] = await query<{ seq: string; hash: string }>(client, READ_HEAD, [organizationId]);
        return row ? { seq: Number(row.seq), hash: row.hash } : { seq: 0, hash: CHAIN_START };
      }),

    append: (organizationId, event) =>
      inTransaction(pool, { organizationId }, (client) => appendAudit(client, organizationId, [event])),
  };
}

/** Clocks of several processes differ, and what waits is late: so far is looked on both sides of a time. */
const SLACK = `interval '1 day'`;

/**
 * The statement of a filter. Each part has an index that begins with the organization; a time becomes a range of sequence numbers first,
 * so that a page is never looked for from the beginning of a long chain. Without a name: it is planned for the values at hand.
 */
export function auditQuery(organizationId: string, filter: AuditFilter): { statement: Statement; values: unknown[] } {
  const { type, actor, subject, address, since, until, after, limit } = filter;
  const values: unknown[] = [organizationId, after, limit];
  const conditions = ['org_id = $1', 'seq > $2'];
  const add = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(type, (place) => `type = ${place}`);
  add(actor, (place) => `actor_id = ${place}`);
  add(subject, (place) => `subject = ${place}`);
  add(address, (place) => `origin = any(array(${originsOf(place)}))`);
  add(
    since,
    (place) => `at >= ${place} and seq > coalesce((${seqAt(`at < ${place}::timestamptz - ${SLACK}`, 'desc')}), 0)`,
  );
  add(
    until,
    (place) =>
      `at <= ${place} and seq < coalesce((${seqAt(`at > ${place}::timestamptz + ${SLACK}`, 'asc')}), ${2 ** 53})`,
  );
  const text = `select ${AUDIT_COLUMNS} from audit_events where ${conditions.join(' and ')} order by seq limit $3`;
  return { statement: { name: '', text }, values };
}

const seqAt = (condition: string, direction: 'asc' | 'desc') =>
  `select seq from audit_events where org_id = $1 and ${condition} order by at ${direction} limit 1`;

const originsOf = (address: string) =>
  `select digest from audit_origins where org_id = $1 and address = ${address}::inet`;
