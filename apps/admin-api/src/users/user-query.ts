import { isUuid } from '@rolecall/persistence';
import type { UserFilter } from '@rolecall/persistence';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';

const MAX_NAME = 128;
const MAX_EMAIL = 254;
const STATUSES = ['invited', 'active', 'disabled'] as const;

/**
 * Which users a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function userPageOf(query: Query): UserFilter & { readonly after?: string; readonly limit: number } {
  knownOnly(query, ['status', 'email', 'role', 'group', 'managed', 'cursor', 'limit']);
  const status = oneOf(query, 'status', STATUSES);
  const managed = oneOf(query, 'managed', ['true', 'false'] as const);
  const email = textOf(query, 'email', MAX_EMAIL);
  const role = textOf(query, 'role', MAX_NAME);
  const group = textOf(query, 'group', MAX_NAME);
  return {
    ...(status !== undefined && { status }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(group !== undefined && { group }),
    ...(managed !== undefined && { managed: managed === 'true' }),
    ...cursorOf(query),
    limit: limitOf(query),
  };
}

/**
 * Whether a request consents to take the last user who holds `sso_admin`.
 * @throws Problem 400 `invalid_request`
 */
export function takesLastSsoAdmin(query: Query): boolean {
  knownOnly(query, ['lastSsoAdmin']);
  return oneOf(query, 'lastSsoAdmin', ['true'] as const) !== undefined;
}

function cursorOf({ cursor }: Query): { readonly after?: string } {
  if (cursor === undefined) return {};
  if (typeof cursor === 'string' && isUuid(cursor)) return { after: cursor };
  throw invalidQuery('the cursor is not one of a page');
}

function oneOf<T extends string>(query: Query, key: string, known: readonly T[]): T | undefined {
  const value = query[key];
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw invalidQuery(`${key} is one of: ${known.join(', ')}`);
}

function textOf(query: Query, key: string, maxLength: number): string | undefined {
  const value = query[key];
  if (value === undefined) return undefined;
  // oxlint-disable-next-line no-control-regex -- PostgreSQL stores no NUL, and no name has the others
  if (typeof value === 'string' && value !== '' && value.length <= maxLength && !/[\u0000-\u001f]/.test(value))
    return value;
  throw invalidQuery(`${key} is a text of at most ${maxLength} characters`);
}
