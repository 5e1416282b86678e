import type { Statement } from '../sql.ts';
import type { UserFilter } from '../stores.ts';

/** What a list shows of the users `u`. */
const SHOWN = `
select u.user_id as "userId", u.status, u.email, u.given_name as "givenName", u.family_name as "familyName",
  u.display_name as "displayName",
  exists (select from directory_users d where d.org_id = $1 and d.user_id = u.user_id) as managed,
  array(select distinct i.identity_provider from identities i
     where i.org_id = $1 and i.user_id = u.user_id order by 1) as "identityProviders",
  (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role) order by g.scope, g.role), '[]')
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  array(select m.group_name from memberships m
     where m.org_id = $1 and m.user_id = u.user_id order by m.group_name) as groups`;

/** By the primary key, so that a page of a million users costs what a page of ten does. */
export const LIST_USERS: Statement = {
  name: 'users.list',
  text: `${SHOWN}
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
order by u.user_id`,
};

/** Each has an index that begins with the organization and the value and goes on by user. The rarest first: it leads. */
const CONDITIONS = [
  { key: 'email', table: 'users', where: 'email_key = lower($n)' },
  { key: 'group', table: 'memberships', where: 'group_name = $n' },
  { key: 'role', table: 'grants', where: 'role = $n' },
  { key: 'status', table: 'users', where: 'status = $n' },
] as const;

/** So are all whom the directory does not know, and of the others those alone whom it adopted and has not changed since. */
const NOT_BY_DIRECTORY = `l.deciding_identity_provider is distinct from '@directory'`;

/**
 * The page of a narrower list: walks the index of one condition in the order of the ids, from the cursor on, and asks the others of
 * each user that it meets.
 */
export function listUsersBy(filter: UserFilter): { readonly statement: Statement; readonly values: readonly string[] } {
  const given = CONDITIONS.flatMap((one) => {
    const value = filter[one.key];
    return value === undefined ? [] : [{ ...one, value }];
  });
  const { managed } = filter;
  if (given.length === 0 && managed === undefined) return { statement: LIST_USERS, values: [] };
  const conditions = given.map(({ table, where }, index) => ({ table, where: where.replace('$n', `$${index + 4}`) }));
  const directory = { table: 'directory_users', where: 'true' };
  const [leading = managed === true ? directory : { table: 'users', where: 'true' }, ...rest] = conditions;
  const asked = [
    ...rest.map((one) => `exists (${ofSameUser(one)})`),
    ...(managed === undefined || leading === directory
      ? []
      : [`${managed ? '' : 'not '}exists (${ofSameUser(directory)})`]),
    ...(managed === false && leading.table === 'users' ? [NOT_BY_DIRECTORY] : []),
  ];
  const names = [...given.map(({ key }) => key), ...(managed === undefined ? [] : [`managed-${managed}`])];
  const text = `
with picked as materialized (
  select distinct l.user_id from ${leading.table} l
  where l.org_id = $1 and l.user_id > $2 and l.${leading.where}${asked.map((one) => `\n    and ${one}`).join('')}
  order by l.user_id limit $3)
${SHOWN.trim()}
from picked join users u on u.org_id = $1 and u.user_id = picked.user_id
order by u.user_id`.replaceAll('l.true', 'true');
  return { statement: { name: `users.list-by-${names.join('-')}`, text }, values: given.map(({ value }) => value) };
}

const ofSameUser = ({ table, where }: { readonly table: string; readonly where: string }) =>
  `select from ${table} o where o.org_id = $1 and o.user_id = l.user_id and o.${where}`.replace(' and o.true', '');

export const FIND_USER: Statement = {
  name: 'users.find',
  text: `
select u.user_id as "userId", u.status, u.email, u.given_name as "givenName", u.family_name as "familyName",
  u.display_name as "displayName", u.created_at as "createdAt", u.updated_at as "updatedAt", u.stopped_at as "stoppedAt",
  exists (select from directory_users d where d.org_id = $1 and d.user_id = u.user_id) as managed,
  (select count(*)::integer from sessions s
     where s.org_id = $1 and s.user_id = u.user_id and s.expires_at > $3 and s.idle_expires_at > $3) as sessions
from users u where u.org_id = $1 and u.user_id = $2`,
};

export const IDENTITIES_OF_USER: Statement = {
  name: 'users.identities',
  text: `
select identity_provider as "identityProvider", last_login_at as "lastLoginAt" from identities
where org_id = $1 and user_id = $2 order by identity_provider, last_login_at desc`,
};

export const GRANTS_OF_USER: Statement = {
  name: 'users.grants',
  text: `
select scope, role, sources, revision, granted_at as since from grants
where org_id = $1 and user_id = $2 order by scope, role`,
};

export const GROUPS_OF_USER: Statement = {
  name: 'users.groups',
  text: `
select group_name as "group", sources, revision, joined_at as since from memberships
where org_id = $1 and user_id = $2 order by group_name`,
};

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

export const SESSIONS_OF_USER: Statement = {
  name: 'users.sessions',
  text: `
select substring(encode(s.token_hash, 'hex') for 16) as id, s.identity_provider as "identityProvider", s.browser,
  s.opened_at as "openedAt", s.idle_expires_at - make_interval(secs => s.idle_seconds) as "lastSeenAt",
  least(s.expires_at, s.idle_expires_at) as "expiresAt"
from sessions s
where s.org_id = $1 and s.user_id = $2 and s.expires_at > $3 and s.idle_expires_at > $3
order by s.opened_at desc limit 1000`,
};

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

/** What was so at the moment and ended after it, else what is held and was so then. */
export const HELD_AT: Statement = {
  name: 'users.held-at',
  text: `
select distinct on (h.scope, h.role) h.scope, h.role, h.sources, h.revision, h.since, h.until
from (
  select scope, role, sources, revision, granted_at as since, ended_at as until
  from grant_history where org_id = $1 and user_id = $2 and coalesce(valid_from, granted_at) <= $3 and ended_at > $3
  union all
  select scope, role, sources, revision, granted_at, null
  from grants where org_id = $1 and user_id = $2 and coalesce(valid_from, granted_at) <= $3) h
order by h.scope, h.role, h.until nulls last`,
};

export const RECEIPTS_OF_USER: Statement = {
  name: 'users.receipts',
  text: 'select * from offboarding_receipts where org_id = $1 and user_id = $2 order by at desc, receipt_id desc limit 100',
};

export const RECEIPT: Statement = {
  name: 'users.receipt',
  text: 'select * from offboarding_receipts where org_id = $1 and receipt_id = $2',
};

export const DOMAINS_OF_OTHERS: Statement = {
  name: 'users.domains-of-others',
  text: 'select domain from email_domains where domain = any($2::text[]) and org_id <> $1',
};
