import type { Client, Pool, PoolClient } from 'pg';

/** How big a directory is made. */
export interface DirectorySize {
  readonly users: number;
  /** Members of each group. A user may be in several. */
  readonly groups: readonly number[];
}

/** The user of this number, counted from 1. Ids are the same in every organization. */
export function filledUser(number: number) {
  const digits = String(number).padStart(7, '0');
  return {
    id: `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,
    userName: `user${digits}@acme.example`,
    externalId: `00u${digits}`,
    workEmail: `work${digits}@acme.example`,
    displayName: `user ${digits}`,
  };
}

/** The group of this number, counted from 1. */
export function filledGroup(number: number) {
  return {
    id: `01900000-0000-7000-9000-${number.toString(16).padStart(12, '0')}`,
    displayName: `group ${String(number).padStart(5, '0')}`,
  };
}

/** The number of a group's member, counted from 0. */
export function filledMember(group: number, position: number, { users }: Pick<DirectorySize, 'users'>): number {
  return ((group * 97 + position) % users) + 1;
}

/** Names in lower case, so that the body is its own folded copy. */
const USERS = `
  select n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as user_id, key.digits,
    jsonb_build_object('userName', 'user' || key.digits || '@acme.example', 'externalId', '00u' || key.digits, 'active', true,
      'displayName', 'user ' || key.digits, 'title', 'title ' || n % 100,
      'name', jsonb_build_object('givenName', 'given ' || n % 1000, 'familyName', 'family ' || key.digits),
      'emails', jsonb_build_array(
        jsonb_build_object('value', 'work' || key.digits || '@acme.example', 'type', 'work', 'primary', true),
        jsonb_build_object('value', 'home' || key.digits || '@home.example', 'type', 'home')),
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('department', 'department ' || n % 50)
    ) as body,
    timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second' as at
  from generate_series($2::integer, $3::integer) n cross join lateral (select lpad(n::text, 7, '0') as digits) key`;

/** Users of one statement: its checks of references are kept in memory until it ends. */
const AT_ONCE = 100_000;

/**
 * TEST ONLY. Makes a big directory in an empty organization, in statements over sets: a million users take some minutes. They have what a
 * create writes save grants and audit: nobody decided on them.
 * @param owner - of the tables, whom row-level security does not bind
 */
export async function fillDirectory(
  owner: Owner,
  organizationId: string,
  { users, groups }: DirectorySize,
): Promise<void> {
  for (let first = 1; first <= users; first += AT_ONCE)
    await fillUsers(owner, organizationId, first, Math.min(users, first + AT_ONCE - 1));
  await fillGroups(owner, organizationId, { users, groups });
  await owner.query(
    `insert into directories (org_id, users, active_users, groups) values ($1, $2, $2, $3)
     on conflict (org_id) do update set users = $2, active_users = $2, groups = $3`,
    [organizationId, users, groups.length],
  );
}

type Owner = Client | Pool | PoolClient;

async function fillUsers(owner: Owner, organizationId: string, first: number, last: number): Promise<void> {
  await owner.query(
    `with given as materialized (${USERS}), people as (
       insert into users (org_id, user_id, status, email, display_name, deciding_identity_provider, deciding_name_id_format,
         deciding_name_id, created_at, updated_at)
       select $1, user_id, 'invited', body #>> '{emails,0,value}', body ->> 'displayName', '@directory', 'scim', user_id::text, at, at
       from given
     ), said as (
       insert into identities (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
       select $1, '@directory', 'scim', user_id::text, user_id,
         jsonb_build_object('userName', jsonb_build_array(body ->> 'userName'), 'title', jsonb_build_array(body ->> 'title')), at
       from given
     ), directory as (
       insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
         version, created_at, modified_at)
       select $1, user_id, body ->> 'userName', body ->> 'userName', body ->> 'externalId', true, body ->> 'displayName', body,
         body || '{"schemas":["urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"]}', 1, at, at
       from given
     )
     insert into directory_emails (org_id, user_id, position, value_key, type_key, is_primary)
     select $1, user_id, position - 1, email ->> 'value', email ->> 'type', email -> 'primary' is not null
     from given cross join lateral jsonb_array_elements(body -> 'emails') with ordinality e (email, position)`,
    [organizationId, first, last],
  );
}

async function fillGroups(owner: Owner, organizationId: string, { users, groups }: DirectorySize): Promise<void> {
  await owner.query(
    `with given as (
       select n, ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as group_id, size,
         jsonb_build_object('displayName', 'group ' || lpad(n::text, 5, '0')) as body, timestamptz '2026-01-01 00:00:00Z' as at
       from unnest($2::integer[]) with ordinality g (size, n)
     ), filled as (
       insert into directory_groups (org_id, group_id, display_name, display_name_key, body, folded, members, version, created_at,
         modified_at)
       select $1, group_id, body ->> 'displayName', body ->> 'displayName', body, body || '{"schemas":[]}', size, 1, at, at from given
     )
     insert into directory_members (org_id, group_id, user_id)
     select $1, group_id, ('01900000-0000-7000-8000-' || lpad(to_hex((n * 97 + position) % $3::integer + 1), 12, '0'))::uuid
     from given cross join lateral generate_series(0, size - 1) position`,
    [organizationId, groups, users],
  );
}
