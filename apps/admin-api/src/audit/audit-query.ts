import { AUDIT_EVENT_TYPES, canonicalAddress } from '@rolecall/audit';
import type { AuditFilter } from '@rolecall/persistence';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';

const MAX_TEXT = 512;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Which events a query asks for, and whether they leave the system.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function auditFilterOf(query: Query): AuditFilter & { readonly exports: boolean } {
  knownOnly(query, ['type', 'actor', 'subject', 'address', 'since', 'until', 'after', 'limit', 'export']);
  const type = AUDIT_EVENT_TYPES.find((known) => known === query['type']);
  if (type === undefined && query['type'] !== undefined)
    throw invalidQuery('there is no such type of event; the types are in the reference of this operation');
  if (query['export'] !== undefined && (query['export'] !== 'true' || query['after'] !== undefined))
    throw invalidQuery('export is true, and stands at the first page only');
  const [actor, subject] = [textOf(query, 'actor'), textOf(query, 'subject')];
  const [since, until] = [momentOf(query, 'since'), momentOf(query, 'until')];
  const exports = query['export'] === 'true';
  const address = addressOf(query);
  return { type, actor, subject, address, since, until, after: afterOf(query), limit: limitOf(query), exports };
}

function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw invalidQuery(`${name} must be a text of 1 to ${MAX_TEXT} characters, once`);
}

function addressOf({ address }: Query): string | undefined {
  if (address === undefined) return undefined;
  const canonical = typeof address === 'string' ? canonicalAddress(address) : undefined;
  if (canonical !== undefined) return canonical;
  throw invalidQuery('address must be one IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7');
}

function momentOf(query: Query, name: string): Date | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const moment = typeof value === 'string' && MOMENT.test(value) ? new Date(value) : undefined;
  if (moment && !Number.isNaN(moment.getTime())) return moment;
  throw invalidQuery(`${name} must be a time such as 2026-11-22T10:00:00Z`);
}

function afterOf({ after = '0' }: Query): number {
  const number = typeof after === 'string' && /^\d{1,15}$/.test(after) ? Number(after) : -1;
  if (number < 0) throw invalidQuery('after is the number of an event');
  return number;
}
