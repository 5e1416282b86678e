import type { Pool, PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { DirectoryUserState, ShownUser } from '../stores.ts';
import { toUserState } from './rows.ts';
import type { UserStateRow } from './rows.ts';
import { READ_DIRECTORY_USERS } from './statements.ts';
import { together } from './together.ts';

const MOST_AT_ONCE = 16;

/** Reads users for a change; those of one organization who are asked for at one moment are one statement. */
export function userStates(
  pool: Pool,
): (organizationId: string, userId: string) => Promise<DirectoryUserState | undefined> {
  return together<string, DirectoryUserState | undefined>(
    { most: MOST_AT_ONCE, mostWaiting: Number.POSITIVE_INFINITY, endsTurn: true },
    (organizationId, userIds) => readUsers(pool, organizationId, userIds),
  );
}

export async function userState(
  on: Pool | PoolClient,
  organizationId: string,
  userId: string,
): Promise<DirectoryUserState | undefined> {
  return (await readUsers(on, organizationId, [userId]))[0];
}

async function readUsers(on: Pool | PoolClient, organizationId: string, userIds: readonly string[]) {
  type Row = UserStateRow & { readonly revision: number };
  const rows = await query<Row>(on, READ_DIRECTORY_USERS, [organizationId, userIds]);
  const found = new Map(rows.map((row) => [row.user_id, toUserState(row)]));
  return userIds.map((userId) => found.get(userId));
}

/** What a client sees of a user. */
export function shown({ userId, body, meta, groups }: Omit<DirectoryUserState, 'held' | 'revision'>): ShownUser {
  return { userId, body, meta, groups: groups.map(({ groupId, displayName }) => ({ groupId, displayName })) };
}
