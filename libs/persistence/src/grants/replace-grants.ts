import type { PoolClient } from 'pg';
import type { UserGrants } from '@rolecall/reconcile';
import { overtaken, PersistenceError } from '../errors.ts';
import { query } from '../sql.ts';
import type { GrantChanges } from '../stores.ts';
import { CREATE_USER } from '../logins/statements.ts';
import { REPLACE_GRANTS, STORE_LOGIN } from './statements.ts';

type ChangeRow =
  | { change: 'granted'; scope: string; role: string }
  | { change: 'revoked'; scope: string; role: string }
  | { change: 'joined'; group_name: string }
  | { change: 'left'; group_name: string }
  | { change: 'revision'; role: string }
  | { change: 'overtaken' }
  | { change: 'known' };

/**
 * Makes these exactly the users' grants and memberships, in one statement for any number of users. Returns what changed,
 * over all of them. Throws `stale_revision` when `revision`, whose rules decided, is not the live one any more.
 */
export async function replaceGrants(
  client: PoolClient,
  organizationId: string,
  revision: number,
  users: readonly UserGrants[],
  now: Date,
): Promise<GrantChanges> {
  const userIds = users.map((user) => user.userId);
  const values = [organizationId, userIds, revision, ...heldColumns(users), now];
  const rows = await query<ChangeRow>(client, REPLACE_GRANTS, values);
  requireLiveRevision(rows, revision);
  return changesIn(rows);
}

/**
 * The login of a known user and what it gives, in one statement.
 * @param login - the columns of `login.record`
 * @throws PersistenceError `user_changed`, `stale_revision`
 */
export async function storeLogin(
  client: PoolClient,
  login: readonly unknown[],
  revision: number,
  user: UserGrants,
): Promise<GrantChanges> {
  const rows = await query<ChangeRow>(client, STORE_LOGIN, [...login, revision, ...heldColumns([user])]);
  if (rows.some(({ change }) => change === 'overtaken')) throw overtaken();
  requireLiveRevision(rows, revision);
  return changesIn(rows);
}

/**
 * A new user with what the login gives, in one statement.
 * @param login - the columns of `login.create-user`
 * @param revision - whose rules decided; undefined = nothing is given
 * @returns undefined when the subject has a user already, and nothing was written
 * @throws PersistenceError `stale_revision`
 */
export async function createUser(
  client: PoolClient,
  login: readonly unknown[],
  revision: number | undefined,
  user: UserGrants,
): Promise<GrantChanges | undefined> {
  const rows = await query<ChangeRow>(client, CREATE_USER, [...login, revision, ...heldColumns([user])]);
  if (rows.some(({ change }) => change === 'known')) return undefined;
  if (revision !== undefined) requireLiveRevision(rows, revision);
  return changesIn(rows);
}

/** Grants and memberships, each as a JSON array. */
function heldColumns(users: readonly UserGrants[]): [grants: string, memberships: string] {
  const grants = users.flatMap(({ userId, grants: held }) =>
    held.map(({ scope, role, sources }) => ({ user_id: userId, scope, role, sources })),
  );
  const memberships = users.flatMap(({ userId, groups }) =>
    groups.map(({ group, sources }) => ({ user_id: userId, group_name: group, sources })),
  );
  return [JSON.stringify(grants), JSON.stringify(memberships)];
}

function requireLiveRevision(rows: readonly ChangeRow[], decidedWith: number): void {
  const live = rows.find((row) => row.change === 'revision')?.role;
  if (live === String(decidedWith)) return;
  const message = `decided with revision ${decidedWith}, the live one is ${live ?? 'gone'}; read the organization again`;
  throw new PersistenceError('stale_revision', message);
}

function changesIn(rows: readonly ChangeRow[]): GrantChanges {
  const granted: { scope: string; role: string }[] = [];
  const revoked: { scope: string; role: string }[] = [];
  const joined: string[] = [];
  const left: string[] = [];
  for (const row of rows) {
    if (row.change === 'granted') granted.push({ scope: row.scope, role: row.role });
    if (row.change === 'revoked') revoked.push({ scope: row.scope, role: row.role });
    if (row.change === 'joined') joined.push(row.group_name);
    if (row.change === 'left') left.push(row.group_name);
  }
  const byGrant = (a: { scope: string; role: string }, b: { scope: string; role: string }) =>
    compare(a.scope, b.scope) || compare(a.role, b.role);
  return { granted: granted.sort(byGrant), revoked: revoked.sort(byGrant), joined: joined.sort(), left: left.sort() };
}

/** By code unit, so that the order does not depend on a locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
