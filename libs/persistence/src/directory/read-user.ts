import type { Pool, PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { DirectoryUserState, ShownUser } from '../stores.ts';
import { toUserState } from './rows.ts';
import type { UserStateRow } from './rows.ts';
import { DIRECTORY_USER } from './statements.ts';

export async function userState(
  on: Pool | PoolClient,
  organizationId: string,
  userId: string,
): Promise<DirectoryUserState | undefined> {
  const [row] = await query<UserStateRow & { revision: number }>(on, DIRECTORY_USER, [organizationId, userId]);
  return row && toUserState(row);
}

/** What a client sees of a user. */
export function shown({ userId, body, meta, groups }: Omit<DirectoryUserState, 'held' | 'revision'>): ShownUser {
  return { userId, body, meta, groups: groups.map(({ groupId, displayName }) => ({ groupId, displayName })) };
}
