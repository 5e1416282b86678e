import type { Statement } from '../sql.ts';

/** Waits for a login of the user that is under way, and has further ones wait. */
export const LOCK_USER: Statement = {
  name: 'users.lock',
  text: `
select u.status, u.stopped_at as "stoppedAt",
  (select d.active from directory_users d where d.org_id = $1 and d.user_id = u.user_id) as "activeInDirectory"
from users u where u.org_id = $1 and u.user_id = $2 for no key update`,
};

export const IS_LAST_SSO_ADMIN: Statement = {
  name: 'users.is-last-sso-admin',
  text: `
select directory_last_sso_admin($1, l.losing, $3) is not null as last
from (
  select array_agg(distinct g.user_id) as losing from grants g
  where g.org_id = $1 and g.user_id = any($2::uuid[]) and g.role = 'sso_admin') l
where l.losing is not null`,
};

export const STOP_USER: Statement = {
  name: 'users.stop',
  text: `
update users set status = 'disabled', stopped_at = $3, updated_at = $3 where org_id = $1 and user_id = $2`,
};

/** As the directory has it, else active when the user ever signed in. */
export const RESUME_USER: Statement = {
  name: 'users.resume',
  text: `
update users u
set stopped_at = null, updated_at = $3, status = case
  when exists (select from directory_users d where d.org_id = $1 and d.user_id = $2 and not d.active) then 'disabled'
  when exists (select from identities i
    where i.org_id = $1 and i.user_id = $2 and i.identity_provider <> '@directory')
    or exists (select from local_accounts l where l.org_id = $1 and l.user_id = $2 and l.password_hash is not null) then 'active'
  else 'invited' end
where u.org_id = $1 and u.user_id = $2`,
};

export const OFFBOARD: Statement = {
  name: 'users.offboard',
  text: 'select * from offboard($1, $2, $3, false, $4, $5)',
};

/** Groups in the order in which the directory locks them. */
export const LEAVE_GROUPS: Statement = {
  name: 'users.leave-groups',
  text: `
with held as (
  select g.group_id from directory_groups g
  where g.org_id = $1 and exists (
    select from directory_members m where m.org_id = $1 and m.group_id = g.group_id and m.user_id = $2)
  order by g.group_id for no key update
)
update directory_groups g set members = g.members - 1, version = g.version + 1, modified_at = $3
from held where g.org_id = $1 and g.group_id = held.group_id`,
};

export const LEAVE_DIRECTORY: Statement = {
  name: 'users.leave-directory',
  text: 'select directory_count($1, -1, -$2::boolean::integer, 0)',
};

/** What a directory that is gone says of a user whom it had deactivated: who declares it again finds the user as it is. */
export const ACTIVATE_IN_DIRECTORY: Statement = {
  name: 'users.activate-in-directory',
  text: `
with facts as (
  update identities i set facts = i.facts || '{"active": ["true"]}'
  where i.org_id = $1 and i.identity_provider = '@directory' and i.name_id_format = 'scim' and i.name_id = $2::uuid::text
    and i.facts ? 'active'
), said as (
  update directory_users d
  set active = true, body = d.body || '{"active": true}', folded = d.folded || '{"active": true}', version = d.version + 1,
      modified_at = $3
  where d.org_id = $1 and d.user_id = $2::uuid and not d.active
  returning d.user_id
)
select directory_count($1, 0, 1, 0) from said`,
};

export const DELETE_USER: Statement = {
  name: 'users.delete',
  text: 'delete from users where org_id = $1 and user_id = $2',
};
