import type { SqlMigration } from './sql-migration.ts';

/** A change of a group takes no role that somebody edited, and is not held for it, however many members it touches. */
export const groupsAndEdits: SqlMigration = {
  name: '20261122T81-sso-admin-edited',
  sql: `
-- The user who would be the last to lose sso_admin by this change of a group, which has not ended yet, or null. Who holds it by an edit does
-- not lose it.
create or replace function directory_group_takes_last(p_org_id uuid, p_group_id uuid, p_losing uuid[], p_brake jsonb, p_now timestamptz)
returns uuid language plpgsql set lock_timeout = '10s' as $$
declare
  v_losing uuid[] := array(
    select l from unnest(p_losing) l
    where not exists (
      select from grants g where g.org_id = p_org_id and g.user_id = l and g.role = 'sso_admin' and is_edited(g.sources)));
begin
  -- groups before the counters
  perform from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id for no key update;
  return directory_last_sso_admin(p_org_id, v_losing, p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer));
end
$$;
`,
};
