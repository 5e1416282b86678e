import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';
import { isSlug } from '../api/validate.ts';

/**
 * The page that a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function pageOf(query: Query): { cursor: string | undefined; limit: number; documents: boolean } {
  knownOnly(query, ['cursor', 'limit', 'documents']);
  const { cursor, documents = 'false' } = query;
  if (cursor !== undefined && !isSlug(cursor)) throw invalidQuery('the cursor is not one of a page');
  if (documents !== 'true' && documents !== 'false') throw invalidQuery('`documents` is true or false');
  return { cursor, limit: limitOf(query), documents: documents === 'true' };
}

/**
 * The page of revisions that a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function revisionPageOf(query: Query): { cursor: number | undefined; limit: number } {
  knownOnly(query, ['cursor', 'limit']);
  const { cursor } = query;
  const before = typeof cursor === 'string' ? revisionNumber(cursor) : undefined;
  if (cursor !== undefined && before === undefined) throw invalidQuery('the cursor is not one of a page');
  return { cursor: before, limit: limitOf(query) };
}

/** The number of a revision; undefined when the text cannot be one. @param text UNTRUSTED */
export function revisionNumber(text: string): number | undefined {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  return number > 0 && number <= 2_147_483_647 ? number : undefined;
}
