import type { Statement } from '../sql.ts';

/** Waits for an apply that is under way; the next one waits. */
export const HOLD_REVISION: Statement = {
  name: 'users.hold-revision',
  text: 'select from organizations where org_id = $1 and revision = $2 for share',
};

/** Grants by scope, role. */
export const EDITABLE_USERS: Statement = {
  name: 'users.editable',
  text: `
select u.user_id as "userId", u.status, u.email,
  exists (select from directory_users d where d.org_id = $1 and d.user_id = u.user_id) as managed,
  (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role, 'sources', g.sources) order by g.scope, g.role), '[]')
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants
from users u where u.org_id = $1 and u.user_id = any($2::uuid[])`,
};

/** In the order in which everybody locks users, whatever the order of the addresses. */
export const LOCK_USERS_BY_ADDRESS: Statement = {
  name: 'users.lock-by-address',
  text: `
select u.user_id as "userId" from users u
where u.org_id = $1 and u.email_key = any(array(select lower(a) from unnest($2::text[]) a))
order by u.user_id for no key update`,
};

/** One source for all. */
export const GRANT_ROLES: Statement = {
  name: 'users.grant',
  text: `
insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
select $1, w."userId", w.scope, w.role, jsonb_build_array($3::jsonb), $4, $5
from jsonb_to_recordset($2::jsonb) as w("userId" uuid, scope text, role text)
on conflict do nothing
returning scope`,
};

export const REVOKE_ROLES: Statement = {
  name: 'users.revoke',
  text: `
delete from grants g using jsonb_to_recordset($2::jsonb) as w("userId" uuid, scope text, role text)
where g.org_id = $1 and g.user_id = w."userId" and g.scope = w.scope and g.role = w.role
returning g.scope`,
};

/** Who has an address is asked under HOLD_ADDRESSES; of those who are given one twice the first gets it. */
export const INVITE_USERS: Statement = {
  name: 'users.invite',
  text: `
insert into users (org_id, user_id, status, email, display_name, created_at, updated_at)
select distinct on (lower(w.email)) $1::uuid, w."userId", 'invited', w.email, w."displayName", $3::timestamptz, $3::timestamptz
from jsonb_to_recordset($2::jsonb) as w("userId" uuid, email text, "displayName" text)
where not exists (select from users u where u.org_id = $1 and u.email_key = lower(w.email))
order by lower(w.email), w."userId"
returning user_id as "userId"`,
};

export const JOIN_GROUPS: Statement = {
  name: 'users.join-groups',
  text: `
insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
select $1, w."userId", w."group", jsonb_build_array($3::jsonb), $4, $5
from jsonb_to_recordset($2::jsonb) as w("userId" uuid, "group" text)
on conflict do nothing
returning group_name`,
};

export const LEAVE_GROUP: Statement = {
  name: 'users.leave-group',
  text: 'delete from memberships where org_id = $1 and user_id = $2 and group_name = $3 returning group_name',
};

/** Creations wait for each other: who has an address is asked before it is given. */
export const HOLD_ADDRESSES: Statement = {
  name: 'users.hold-addresses',
  text: 'select pg_advisory_xact_lock(hashtextextended($1::text, 75))',
};

export const DOMAINS_OF_OTHERS: Statement = {
  name: 'users.domains-of-others',
  text: 'select domain from email_domains where domain = any($2::text[]) and org_id <> $1',
};
