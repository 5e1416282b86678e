import { Problem } from '@rolecall/platform';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** A query string, parsed. UNTRUSTED: a parameter that stands in it twice is a list. */
export type Query = Readonly<Record<string, unknown>>;

/** @throws Problem 400 `invalid_request` when a parameter is none of those that the API describes */
export function knownOnly(query: Query, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidQuery(`the query has no parameter ${JSON.stringify(unknown)}`);
}

/**
 * A page size.
 * @throws Problem 400 `invalid_request`
 */
export function limitOf({ limit = String(DEFAULT_LIMIT) }: Query): number {
  const size = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (size < 1 || size > MAX_LIMIT) throw invalidQuery(`the limit must be from 1 to ${MAX_LIMIT}`);
  return size;
}

export const invalidQuery = (message: string) => new Problem(400, 'invalid_request', message);
