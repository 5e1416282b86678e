import type { SqlMigration } from './sql-migration.ts';

/** The last administrator is one who signs in: whoever is only invited is none, as an apply counts them. */
export const lastAdministrators: SqlMigration = {
  name: '20261122T81-sso-admin-active',
  sql: `
-- The first of the users who are about to lose sso_admin or to go, when no other active user holds it and nobody released that one lately;
-- else null. Where nobody of them is active, the last who is invited is kept. The directory's row stays locked, so those who lose it at one
-- moment are seen one by one.
create or replace function directory_last_sso_admin(p_org_id uuid, p_losing uuid[], p_since timestamptz) returns uuid
language plpgsql as $$
declare
  v_user_id uuid;
  v_status text;
begin
  perform directory_count(p_org_id, 0, 0, 0);
  select u.user_id, u.status into v_user_id, v_status from users u
    where u.org_id = p_org_id and u.user_id = any(p_losing) and u.status <> 'disabled'
    order by u.status <> 'active', u.user_id limit 1;
  if directory_is_released(p_org_id, 'last_sso_admin', v_user_id, p_since) or exists (
      select from grants g join users u on u.org_id = g.org_id and u.user_id = g.user_id
      where g.org_id = p_org_id and g.role = 'sso_admin' and g.user_id <> all(p_losing) and u.status in ('active', v_status))
  then
    return null;
  end if;
  return v_user_id;
end
$$;
`,
};
