import type { Client, Pool, PoolClient } from 'pg';
import { emailKeys, groupKeys, userKeys } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import { foldedBody } from '../directory/search/folded-body.ts';

/** A user or a group as it stands in the directory; ids and moments are the caller's. */
export interface SeededResource {
  readonly id: string;
  readonly body: ResourceBody;
  readonly created: Date;
  readonly modified: Date;
}

export interface SeededGroup extends SeededResource {
  /** Ids of users. */
  readonly members: readonly string[];
}

/**
 * TEST ONLY. Writes users and groups into an organization's directory as they are: no decision, no grants, no audit.
 * @param owner - of the tables, whom row-level security does not bind; the caller begins and ends its transaction
 */
export async function seedDirectory(
  owner: Client | Pool | PoolClient,
  organizationId: string,
  { users, groups = [] }: { readonly users: readonly SeededResource[]; readonly groups?: readonly SeededGroup[] },
): Promise<void> {
  const write = (sql: string, rows: readonly object[]) =>
    rows.length === 0 ? undefined : owner.query(sql, [organizationId, JSON.stringify(rows)]);
  await write(
    `with given as (
       select * from jsonb_to_recordset($2::jsonb) as g (user_id uuid, user_name text, user_name_key text, external_id text,
         active boolean, display_name_key text, body jsonb, folded jsonb, created_at timestamptz, modified_at timestamptz)
     ), people as (
       insert into users (org_id, user_id, created_at, updated_at) select $1, user_id, created_at, modified_at from given
     )
     insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
       version, created_at, modified_at)
     select $1, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded, 1, created_at, modified_at
     from given`,
    users.map(userRow),
  );
  await write(
    `insert into directory_emails (org_id, user_id, position, value_key, type_key, is_primary)
     select $1, g.* from jsonb_to_recordset($2::jsonb)
       as g (user_id uuid, position integer, value_key text, type_key text, is_primary boolean)`,
    users.flatMap(emailRows),
  );
  await write(
    `insert into directory_groups (org_id, group_id, display_name, display_name_key, external_id, body, folded, members, version,
       created_at, modified_at)
     select $1, group_id, display_name, display_name_key, external_id, body, folded, members, 1, created_at, modified_at
     from jsonb_to_recordset($2::jsonb) as g (group_id uuid, display_name text, display_name_key text, external_id text, body jsonb,
       folded jsonb, members integer, created_at timestamptz, modified_at timestamptz)`,
    groups.map(groupRow),
  );
  await write(
    `insert into directory_members (org_id, group_id, user_id)
     select $1, g.* from jsonb_to_recordset($2::jsonb) as g (group_id uuid, user_id uuid)`,
    groups.flatMap((group) => group.members.map((userId) => ({ group_id: group.id, user_id: userId }))),
  );
  await owner.query(
    `insert into directories (org_id, users, active_users, groups)
     select $1, count(*), count(*) filter (where u.active),
       (select count(*) from directory_groups g where g.org_id = $1)
     from directory_users u where u.org_id = $1
     on conflict (org_id) do update
     set users = excluded.users, active_users = excluded.active_users, groups = excluded.groups`,
    [organizationId],
  );
}

function userRow({ id, body, created, modified }: SeededResource): object {
  const { userName, userNameKey, externalId, active, displayNameKey } = userKeys(body);
  return {
    user_id: id,
    user_name: userName,
    user_name_key: userNameKey,
    external_id: externalId,
    active,
    display_name_key: displayNameKey,
    ...stored(body, created, modified),
  };
}

function groupRow({ id, body, created, modified, members }: SeededGroup): object {
  const { displayName, displayNameKey, externalId } = groupKeys(body);
  return {
    group_id: id,
    display_name: displayName,
    display_name_key: displayNameKey,
    external_id: externalId,
    members: members.length,
    ...stored(body, created, modified),
  };
}

function stored(body: ResourceBody, created: Date, modified: Date): object {
  return { body, folded: foldedBody(body), created_at: created, modified_at: modified };
}

function emailRows({ id, body }: SeededResource): object[] {
  return emailKeys(body).map(({ position, valueKey, typeKey, isPrimary }) => ({
    user_id: id,
    position,
    value_key: valueKey,
    type_key: typeKey,
    is_primary: isPrimary,
  }));
}
