import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { ScimError } from '@rolecall/scim';
import { driverError, PersistenceError } from '../../errors.ts';
import { inTransaction, query } from '../../sql.ts';
import type {
  DirectoryPage,
  DirectorySearch,
  DirectoryStore,
  DirectoryUser,
  GroupMember,
  GroupRef,
} from '../../stores/directory.ts';
import { searchStatement } from './search-statement.ts';
import type { FoundPage, FoundResource } from './search-statement.ts';
import { GROUPS, USERS } from './tables.ts';
import type { DirectoryTable } from './tables.ts';
import { turns } from '../turns.ts';

/** What one search may take of the database. An indexed one takes a few of these milliseconds, whatever the directory's size. */
const TIME_LIMIT_MS = 5_000;
/** Connections that such searches of one organization may hold, so that they leave others some. */
const MOST_AT_ONCE = 4;
const MOST_WAITING = 50;

/** The searches of `DirectoryStore`. They lock nothing. Throws ScimError `tooMany` when one takes too long. */
export function directorySearch(
  pool: Pool,
  timeLimitMs = TIME_LIMIT_MS,
  mostBytes?: number,
): Pick<DirectoryStore, 'searchUsers' | 'searchGroups'> {
  const find = finder(pool, timeLimitMs, mostBytes);
  return {
    searchUsers: (organizationId, search) =>
      find(USERS, organizationId, search, (found) => ({
        userId: found[0],
        ...storedOf(found),
        ...(search.withGroups && { groups: (found[6] ?? []) as readonly GroupRef[] }),
      })),

    searchGroups: (organizationId, search) =>
      find(GROUPS, organizationId, search, (found) => ({
        groupId: found[0],
        ...storedOf(found),
        ...(search.withMembers && { members: (found[6] ?? []) as readonly GroupMember[] }),
      })),
  };
}

function finder(pool: Pool, timeLimitMs: number, mostBytes: number | undefined) {
  const inTurn = turns(MOST_AT_ONCE, MOST_WAITING);
  return async <T>(
    table: DirectoryTable,
    organizationId: string,
    search: DirectorySearch,
    resource: (found: FoundResource) => T,
  ): Promise<DirectoryPage<T>> => {
    const { text, values, isLookup } = searchStatement(table, organizationId, search, mostBytes);
    const [row] = isLookup
      ? await query<{ page: FoundPage }>(pool, { name: nameOf(text), text }, values)
      : await inTurn(organizationId, () =>
          inTransaction(pool, { organizationId, timeLimitMs }, (client) =>
            query<{ page: FoundPage }>(client, { name: '', text }, values),
          ),
        ).catch((error: unknown) => {
          throw isOutOfTime(error) ? tooMany(search) : error;
        });
    // no row can only mean that the organization was not set, and then nothing may be said of it
    if (row === undefined) throw new Error('a search of the directory returned nothing');
    return pageOf(row.page, search.page.count, resource);
  };
}

function pageOf<T>(page: FoundPage, count: number, resource: (found: FoundResource) => T): DirectoryPage<T> {
  const found = page.resources ?? [];
  const shown = found.slice(0, count);
  const last = shown.at(-1);
  return {
    resources: shown.map(resource),
    total: page.total ?? undefined,
    next: last && page.matched > shown.length ? { sortKey: last[4], id: last[0] } : undefined,
  };
}

function storedOf([, version, created, modified, , body]: FoundResource): Pick<DirectoryUser, 'body' | 'meta'> {
  return { body: body ?? {}, meta: { created: new Date(created), lastModified: new Date(modified), version } };
}

function nameOf(text: string): string {
  return `directory.search.${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

/** SQLSTATE query_canceled, which is "not now" for anything else. */
function isOutOfTime(error: unknown): boolean {
  return error instanceof PersistenceError && driverError(error.cause).code === '57014';
}

/** RFC 7644 §3.12: the filter yields more than the server is willing to calculate. */
function tooMany({ filter, sort }: DirectorySearch): ScimError {
  if (filter === undefined && sort === undefined) {
    const advice = 'ask for fewer at once, or leave out members (excludedAttributes=members)';
    return new ScimError(400, 'tooMany', `so long a list takes too long on this directory; ${advice}`);
  }
  const advice = 'compare userName, externalId, id, emails or displayName with eq, or page by cursor without sortBy';
  const what = filter === undefined ? 'this order' : 'the filter';
  return new ScimError(400, 'tooMany', `${what} takes too long on this directory; ${advice}`);
}
