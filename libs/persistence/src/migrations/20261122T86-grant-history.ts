import type { SqlMigration } from './sql-migration.ts';

/**
 * What a grant was called before a rename is told of the time before it alone. History has no foreign key, so that changed rules are
 * applied at less cost, and goes with its user all the same.
 */
export const grantHistory: SqlMigration = {
  name: '20261122T86-grant-history',
  sql: `
-- Since when the grant is called so and comes from these sources, by the clock of the database; null = since it was given. What it was
-- before stands in the history.
alter table grants add column valid_from timestamptz(3);
alter table grant_history add column valid_from timestamptz(3);

create or replace function grants_keep_history() returns trigger language plpgsql as $$
begin
  -- not what was so within this transaction alone; and a user who is being deleted has none any more
  insert into grant_history (org_id, user_id, scope, role, ended_at, sources, revision, granted_at, valid_from)
  select old.org_id, old.user_id, old.scope, old.role, now(), old.sources, old.revision, old.granted_at, old.valid_from
  where old.valid_from is distinct from now()::timestamptz(3)
    and exists (select from users u where u.org_id = old.org_id and u.user_id = old.user_id)
  on conflict do nothing;
  return null;
end
$$;

-- Instead of a foreign key, which is asked for with every row: history goes with its user, and with its organization thereby. Nobody else
-- deletes any, so this runs as the owner.
alter table grant_history drop constraint grant_history_org_id_user_id_fkey;
create function users_forget_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  delete from public.grant_history h using former f where h.org_id = f.org_id and h.user_id = f.user_id;
  return null;
end
$$;
revoke all on function users_forget_history from public;
create trigger users_forget_history after delete on users
  referencing old table as former for each statement execute function users_forget_history();

-- Makes the grants and memberships of the users in p_user_ids exactly those given, beside grants that somebody edited, and returns what
-- changed. Every part sees the same moment, so the parts do not see each other: what is there and still wanted is only touched when its
-- sources differ, and keeps its time.
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
      where g.org_id = p_org_id and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role
        and g.sources is distinct from w.sources
    ), granted as (
      insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
      select p_org_id, w.user_id, w.scope, w.role, w.sources, p_revision, p_now
      from wanted_grants w
      where not exists (
        select from grants g where g.org_id = p_org_id and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role)
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
      where m.org_id = p_org_id and m.user_id = w.user_id and m.group_name = w.group_name and m.sources is distinct from w.sources
    ), joined as (
      insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
      select p_org_id, w.user_id, w.group_name, w.sources, p_revision, p_now
      from wanted_memberships w
      where not exists (
        select from memberships m where m.org_id = p_org_id and m.user_id = w.user_id and m.group_name = w.group_name)
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
`,
};
