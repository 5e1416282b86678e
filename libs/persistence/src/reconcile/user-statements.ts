import type { Statement } from '../sql.ts';

export const USERS: Statement = {
  name: 'reconcile.users',
  text: 'select count(*)::integer as users from users where org_id = $1',
};

export const EMAILS: Statement = {
  name: 'reconcile.emails',
  text: 'select user_id, email from users where org_id = $1 and user_id = any($2::uuid[]) and email is not null',
};

export const ADMINISTRATORS: Statement = {
  name: 'reconcile.administrators',
  text: `
select count(*)::integer as users from users u
where u.org_id = $1 and u.status = 'active'
  and exists (select from grants g where g.org_id = u.org_id and g.user_id = u.user_id and g.role = $2)`,
};

export const LINKED_USERS: Statement = {
  name: 'reconcile.linked-users',
  text: 'select count(distinct user_id)::integer as users from identities where org_id = $1 and identity_provider = $2',
};

export const DIRECTORY_USERS: Statement = {
  name: 'reconcile.directory-users',
  text: 'select users from directories where org_id = $1',
};

/** Waits for logins that are creating users and keeps further ones waiting: their foreign key needs this row. */
export const LOCK_ORGANIZATION: Statement = {
  name: 'reconcile.lock-organization',
  text: 'select from organizations where org_id = $1 for update',
};

/** Waits for logins of these users and keeps further ones waiting, until the new grants are committed. */
export const LOCK_USERS: Statement = {
  name: 'reconcile.lock-users',
  text: `
select from users
where org_id = $1 and user_id > $2
order by user_id
limit $3
for no key update`,
};

/**
 * The identity that decides is found among those of its user, whose rows lie together; by its name it could be anywhere. What is held
 * comes as one text, since of a million users arrays and objects take longer than the rest: no name has a control character.
 */
export const FACTS_OF_USERS: Statement = {
  name: 'reconcile.facts-of-users',
  text: `
select u.user_id, u.status = 'active' as active, i.identity_provider, i.facts,
  (select string_agg(g.scope || E'\\t' || g.role || case when is_edited(g.sources) then E'\\tedited' else '' end,
            E'\\n' order by g.scope collate "C", g.role collate "C")
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  (select string_agg(m.group_name, E'\\n' order by m.group_name collate "C")
     from memberships m where m.org_id = $1 and m.user_id = u.user_id) as groups
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
left join lateral (
  select i.identity_provider, i.facts from identities i
  where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = u.deciding_identity_provider
    and i.name_id_format = u.deciding_name_id_format and i.name_id = u.deciding_name_id
  offset 0
) i on true
order by u.user_id`,
};

/** Roles $3 on scopes $2 stay as somebody edited them. */
export const RETRACT_EDITED: Statement = {
  name: 'reconcile.retract-edited',
  text: `
with left_groups as (
  delete from memberships m where m.org_id = $1 and is_edited(m.sources)
)
delete from grants g
where g.org_id = $1 and is_edited(g.sources) and not (g.scope = any($2::text[]) and g.role = any($3::text[]))`,
};

/** Moves what is held under $2 to $3; where $3 is held already or null, drops it. Of grants it stays known when they were renamed. */
function renameHeld(kind: string, table: string, column: string, restOfKey: string): Statement {
  const notes = table === 'grants' ? ', valid_from = now()' : '';
  const target = `select from ${table} o
    where o.org_id = h.org_id and o.user_id = h.user_id and o.${column} = $3${restOfKey}`;
  return {
    name: `reconcile.rename-held-${kind}`,
    text: `
with moved as (
  update ${table} h set ${column} = $3${notes}
  where h.org_id = $1 and h.${column} = $2 and $3::text is not null and not exists (
    ${target})
)
delete from ${table} h
where h.org_id = $1 and h.${column} = $2 and ($3::text is null or exists (
    ${target}))`,
  };
}

export const RENAME_HELD = {
  role: renameHeld('role', 'grants', 'role', ' and o.scope = h.scope'),
  scope: renameHeld('scope', 'grants', 'scope', ' and o.role = h.role'),
  group: renameHeld('group', 'memberships', 'group_name', ''),
} as const;
