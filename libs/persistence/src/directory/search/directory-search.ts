import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { ScimError } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import { driverError, PersistenceError } from '../../errors.ts';
import { inTransaction, query } from '../../sql.ts';
import type {
  DirectoryGroup,
  DirectoryPage,
  DirectoryPosition,
  DirectorySearch,
  DirectoryStore,
  DirectoryUser,
  GroupMember,
  GroupRef,
} from '../../stores/directory.ts';
import { searchStatement } from './search-statement.ts';
import { GROUPS, USERS } from './tables.ts';
import type { DirectoryTable } from './tables.ts';

/** What one search may take of the database. An indexed one takes a few of these milliseconds, whatever the directory's size. */
const TIME_LIMIT_MS = 5_000;

interface FoundRow {
  readonly id: string;
  readonly version: string;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly sort_key: DirectoryPosition['sortKey'];
  readonly body: ResourceBody | null;
  readonly related: readonly unknown[] | null;
}

type Row = { readonly total: string | null } & (FoundRow | { readonly id: null });

/** The searches of `DirectoryStore`. They lock nothing. Throws ScimError `tooMany` when one takes too long. */
export function directorySearch(
  pool: Pool,
  timeLimitMs = TIME_LIMIT_MS,
): Pick<DirectoryStore, 'searchUsers' | 'searchGroups'> {
  const find = finder(pool, timeLimitMs);
  return {
    async searchUsers(organizationId, search) {
      return find(USERS, organizationId, search, (row) => ({
        ...userOf(row),
        ...(search.withGroups && { groups: (row.related ?? []) as readonly GroupRef[] }),
      }));
    },

    async searchGroups(organizationId, search) {
      return find(GROUPS, organizationId, search, (row) => ({
        ...groupOf(row),
        ...(search.withMembers && { members: (row.related ?? []) as readonly GroupMember[] }),
      }));
    },
  };
}

function finder(pool: Pool, timeLimitMs: number) {
  return async <T>(
    table: DirectoryTable,
    organizationId: string,
    search: DirectorySearch,
    resource: (row: FoundRow) => T,
  ): Promise<DirectoryPage<T>> => {
    const { text, values, isLookup } = searchStatement(table, organizationId, search);
    const rows = isLookup
      ? await query<Row>(pool, { name: nameOf(text), text }, values)
      : await inTransaction(pool, { organizationId, timeLimitMs }, (client) =>
          query<Row>(client, { name: '', text }, values),
        ).catch((error: unknown) => {
          throw isOutOfTime(error) ? tooMany(search) : error;
        });
    return pageOf(rows, search.page.count, resource);
  };
}

function pageOf<T>(rows: readonly Row[], count: number, resource: (row: FoundRow) => T): DirectoryPage<T> {
  const total = rows[0]?.total ?? null;
  const found = rows.filter((row) => row.id !== null);
  const shown = found.slice(0, count);
  const last = shown.at(-1);
  return {
    resources: shown.map(resource),
    total: total === null ? undefined : Number(total),
    next: last && found.length > shown.length ? { sortKey: last.sort_key, id: last.id } : undefined,
  };
}

function userOf({ id, body, ...row }: FoundRow): DirectoryUser {
  return { userId: id, body: body ?? {}, meta: metaOf(row) };
}

function groupOf({ id, body, ...row }: FoundRow): DirectoryGroup {
  return { groupId: id, body: body ?? {}, meta: metaOf(row) };
}

function metaOf(row: Pick<FoundRow, 'created_at' | 'modified_at' | 'version'>): DirectoryUser['meta'] {
  return { created: row.created_at, lastModified: row.modified_at, version: Number(row.version) };
}

function nameOf(text: string): string {
  return `directory.search.${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

/** SQLSTATE query_canceled, which is "not now" for anything else. */
function isOutOfTime(error: unknown): boolean {
  return error instanceof PersistenceError && driverError(error.cause).code === '57014';
}

/** RFC 7644 §3.12: the filter yields more than the server is willing to calculate. */
function tooMany({ filter }: DirectorySearch): ScimError {
  const what = filter === undefined ? 'sorting' : 'the filter';
  const advice = 'compare userName, externalId, id, emails or displayName with eq, or page by cursor without sortBy';
  return new ScimError(400, 'tooMany', `${what} takes too long on this directory; ${advice}`);
}
