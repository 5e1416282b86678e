import type { Pool, PoolClient } from 'pg';
import { directorySchemas, type Filter, ScimError } from '@rolecall/scim';
import { driverError, PersistenceError } from '../../errors.ts';
import { inTransaction, query } from '../../sql.ts';
import type { DirectoryPage, DirectorySearch } from '../../stores/directory-search.ts';
import type { DirectoryStore } from '../../stores/directory.ts';
import type { DirectoryUser, GroupMember, GroupRef } from '../../stores/directory-resources.ts';
import { lookUpsTogether } from './look-ups-together.ts';
import { searchStatement } from './search-statement.ts';
import type { FoundPage, FoundResource } from './search-statement.ts';
import { GROUPS, USERS } from './tables.ts';
import type { DirectoryTable } from './tables.ts';
import { isResourceId } from '../ids.ts';
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
): Pick<DirectoryStore, 'searchUsers' | 'searchGroups' | 'userById'> {
  const find = finder(pool, timeLimitMs, mostBytes);
  return {
    searchUsers: (organizationId, search) =>
      find(USERS, organizationId, search, (found) => ({
        ...userOf(found),
        ...(search.withGroups && { groups: groupsOf(found) }),
      })),

    async userById(organizationId, userId) {
      if (!isResourceId(userId)) return undefined;
      const search = { ...ONE_USER, filter: { ...ONE_USER.filter, value: userId } };
      const { resources } = await find(USERS, organizationId, search, (found) => ({
        ...userOf(found),
        groups: groupsOf(found),
      }));
      return resources[0];
    },

    searchGroups: (organizationId, search) =>
      find(GROUPS, organizationId, search, (found) => ({
        groupId: found[0],
        ...storedOf(found),
        ...(search.withMembers && { members: (found[6] ?? []) as readonly GroupMember[] }),
      })),
  };
}

const ID = directorySchemas({ mode: 'tolerant' }).user.attribute('id');
if (!ID) throw new Error('users have no id');

/** The look-up of a user by its id, as a filter would ask. */
const ONE_USER = {
  filter: { kind: 'compare', path: ID, operator: 'eq', value: '' } satisfies Filter,
  page: { startIndex: 1, count: 1 },
  withBody: true,
  withGroups: true,
  withMembers: false,
  total: false,
} as const;

function finder(pool: Pool, timeLimitMs: number, mostBytes: number | undefined) {
  const inTurn = turns(MOST_AT_ONCE, MOST_WAITING);
  const lookUp = lookUpsTogether(pool);
  return async <T>(
    table: DirectoryTable,
    organizationId: string,
    search: DirectorySearch,
    resource: (found: FoundResource) => T,
  ): Promise<DirectoryPage<T>> => {
    const statement = searchStatement(table, organizationId, search, mostBytes);
    const { name, text, values, several, isLookup, isAlone } = statement;
    if (several && !search.withMembers)
      return pageOf(await lookUp(organizationId, { name, text, values, several }), search.page.count, resource);
    const run = (on: Pool | PoolClient) => query<{ page: FoundPage }>(on, { name, text }, values);
    const limited = () =>
      isAlone ? run(pool) : inTransaction(pool, { organizationId, timeLimitMs }, (client) => run(client));
    const [row] = isLookup
      ? await run(pool)
      : await inTurn(organizationId, limited).catch((error: unknown) => {
          throw isOutOfTime(error) ? tooMany(search) : error;
        });
    return pageOf(present(row?.page), search.page.count, resource);
  };
}

/** No row can only mean that the organization was not set, and then nothing may be said of it. */
function present(page: FoundPage | undefined): FoundPage {
  if (page === undefined) throw new Error('a search of the directory returned nothing');
  return page;
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

function userOf(found: FoundResource): DirectoryUser {
  return { userId: found[0], ...storedOf(found) };
}

function groupsOf(found: FoundResource): readonly GroupRef[] {
  return (found[6] ?? []) as readonly GroupRef[];
}

function storedOf([, version, created, modified, , body]: FoundResource): Pick<DirectoryUser, 'body' | 'meta'> {
  return { body: body ?? {}, meta: { created: new Date(created), lastModified: new Date(modified), version } };
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
