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
