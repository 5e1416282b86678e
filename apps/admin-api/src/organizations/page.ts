import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';
import { isSlug } from '../api/validate.ts';

/**
 * The page that a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function pageOf(query: Query): { cursor: string | undefined; limit: number } {
  knownOnly(query, ['cursor', 'limit']);
  const { cursor } = query;
  if (cursor !== undefined && !isSlug(cursor)) throw invalidQuery('the cursor is not one of a page');
  return { cursor, limit: limitOf(query) };
}
