import { Problem } from '@rolecall/platform';
import { isSlug } from '../api/validate.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const KNOWN = new Set(['cursor', 'limit']);

/**
 * The page that a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function pageOf(query: Readonly<Record<string, unknown>>): { cursor: string | undefined; limit: number } {
  const { cursor, limit = String(DEFAULT_LIMIT) } = query;
  const unknown = Object.keys(query).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw invalid(`the query has no parameter ${JSON.stringify(unknown)}`);
  if (cursor !== undefined && !isSlug(cursor)) throw invalid('the cursor is not one of a page');
  const size = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (size < 1 || size > MAX_LIMIT) throw invalid(`the limit must be from 1 to ${MAX_LIMIT}`);
  return { cursor, limit: size };
}

const invalid = (message: string) => new Problem(400, 'invalid_request', message);
