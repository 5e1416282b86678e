import type { SqlMigration } from './sql-migration.ts';

/** A login reads the grants and memberships of its own user alone, by plans that are made once. */
export const grantsByUser: SqlMigration = {
  name: '20261122T90-grants-by-user',
  sql: `
-- Makes the grants and memberships of the users in p_user_ids exactly those given, beside grants that somebody edited, and returns what
-- changed. Every part sees the same moment, so the parts do not see each other: what is there and still wanted is only touched when its
-- sources differ, and keeps its time. Each part says again whose rows it looks for: how many are wanted PostgreSQL cannot know, and by its
-- guess of a hundred it would rather read the whole table.
-- What somebody edited and rules give now is the rules': no valid document edits its scope any more.
create or replace function replace_grants(p_org_id uuid, p_user_ids uuid[], p_revision integer, p_grants jsonb, p_memberships jsonb,
                                          p_now timestamptz)
returns table (change text, user_id uuid, scope text, role text, group_name text)
language plpgsql as $$
#variable_conflict use_column
begin
  return query
    with wanted_grants as (
      select * from jsonb_to_recordset(p_grants) as w(user_id uuid, scope text, role text, sources jsonb)
    ), wanted_memberships as (
      select * from jsonb_to_recordset(p_memberships) as w(user_id uuid, group_name text, sources jsonb)
    ), revoked as (
      delete from grants g
      where g.org_id = p_org_id and g.user_id = any(p_user_ids) and not is_edited(g.sources)
        and not exists (
          select from wanted_grants w where w.user_id = g.user_id and w.scope = g.scope and w.role = g.role)
      returning g.user_id, g.scope, g.role
    ), resourced as (
      update grants g set sources = w.sources, revision = p_revision, valid_from = now()
      from wanted_grants w
      where g.org_id = p_org_id and g.user_id = any(p_user_ids)
        and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role
        and g.sources is distinct from w.sources
    ), granted as (
      insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
      select p_org_id, w.user_id, w.scope, w.role, w.sources, p_revision, p_now
      from wanted_grants w
      where not exists (
        select from grants g
        where g.org_id = p_org_id and g.user_id = any(p_user_ids)
          and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role)
      on conflict do nothing
      returning user_id, scope, role
    ), departed as (
      delete from memberships m
      where m.org_id = p_org_id and m.user_id = any(p_user_ids)
        and not exists (
          select from wanted_memberships w where w.user_id = m.user_id and w.group_name = m.group_name)
      returning m.user_id, m.group_name
    ), resourced_memberships as (
      update memberships m set sources = w.sources, revision = p_revision
      from wanted_memberships w
      where m.org_id = p_org_id and m.user_id = any(p_user_ids)
        and m.user_id = w.user_id and m.group_name = w.group_name and m.sources is distinct from w.sources
    ), joined as (
      insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
      select p_org_id, w.user_id, w.group_name, w.sources, p_revision, p_now
      from wanted_memberships w
      where not exists (
        select from memberships m
        where m.org_id = p_org_id and m.user_id = any(p_user_ids)
          and m.user_id = w.user_id and m.group_name = w.group_name)
      on conflict do nothing
      returning user_id, group_name
    )
    select 'granted' as change, user_id, scope, role, null as group_name from granted
    union all select 'revoked', user_id, scope, role, null from revoked
    union all select 'joined', user_id, null, null, group_name from joined
    union all select 'left', user_id, null, null, group_name from departed
    union all select 'revision', null, null, revision::text, null from organizations where org_id = p_org_id;
end
$$;

-- One user each time, found by key: the plan is the same for everybody, and making it anew costs more than running it. The functions
-- above are called for many users at once too, so it is for their callers to say.
alter function store_login set plan_cache_mode = force_generic_plan;
alter function create_user set plan_cache_mode = force_generic_plan;
`,
};
