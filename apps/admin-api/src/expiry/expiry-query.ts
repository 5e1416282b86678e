import { durationSeconds } from '@rolecall/org-config';
import { EXPIRY_KINDS } from '@rolecall/persistence';
import type { ExpiringItem, ExpiryFilter, ExpiryKind } from '@rolecall/persistence';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';
import { isSlug } from '../api/validate.ts';

/** A century: what a date still holds. */
const MAX_WITHIN_SECONDS = 36_500 * 86_400;
const MAX_CURSOR = 1024;

/**
 * Which items of the register a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function expiryFilterOf(query: Query, now: Date): ExpiryFilter {
  knownOnly(query, ['within', 'organization', 'kind', 'cursor', 'limit']);
  const { within, organization, kind, cursor } = query;
  if (organization !== undefined && !isSlug(organization)) throw invalidQuery('the organization is no name of one');
  return {
    now,
    ...(within !== undefined && { before: new Date(now.getTime() + millisecondsOf(within)) }),
    ...(organization !== undefined && { organization }),
    ...(kind !== undefined && { kinds: kindsOf(kind) }),
    ...(cursor !== undefined && { after: itemOf(cursor) }),
    limit: limitOf(query),
  };
}

/** A cursor as the caller gets it, and brings it back: the last item of a page; opaque. */
export function cursorOf({ organization, kind, name, expiresAt }: ExpiringItem): string {
  return Buffer.from(JSON.stringify([expiresAt.getTime(), organization ?? '', kind, name])).toString('base64url');
}

function itemOf(cursor: unknown): ExpiringItem {
  const wrong = () => invalidQuery('the cursor is not one of a page');
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR) throw wrong();
  const [time, organization, kind, name] = partsOf(cursor);
  const known = EXPIRY_KINDS.find((each) => each === kind);
  const expiresAt = new Date(typeof time === 'number' ? time : Number.NaN);
  if (Number.isNaN(expiresAt.getTime()) || known === undefined) throw wrong();
  if (typeof organization !== 'string' || typeof name !== 'string' || name.includes('\0')) throw wrong();
  if (organization !== '' && !isSlug(organization)) throw wrong();
  return { organization: organization === '' ? undefined : organization, kind: known, name, expiresAt };
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? (parts as unknown[]) : [];
  } catch {
    return [];
  }
}

function millisecondsOf(within: unknown): number {
  const seconds = typeof within === 'string' ? durationSeconds(within) : undefined;
  if (seconds === undefined) throw invalidQuery('within is a duration, such as 30d');
  return Math.min(seconds, MAX_WITHIN_SECONDS) * 1000;
}

function kindsOf(text: unknown): readonly ExpiryKind[] {
  const names = typeof text === 'string' ? text.split(',') : [];
  const kinds = EXPIRY_KINDS.filter((kind) => names.includes(kind));
  if (kinds.length === names.length && kinds.length > 0) return kinds;
  throw invalidQuery(`the kind is one of ${EXPIRY_KINDS.join(', ')}, or several with commas`);
}
