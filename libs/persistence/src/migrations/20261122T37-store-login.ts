import type { SqlMigration } from './sql-migration.ts';

/** What a login of a known user stores, facts and grants, in one round trip instead of two. */
export const storeLogin: SqlMigration = {
  name: '20261122T37-store-login',
  sql: `
-- Makes the grants and memberships of the users in p_user_ids exactly those given, and returns what changed. Every part sees the
-- same moment, so the parts do not see each other: what is there and still wanted is only touched when its sources differ, and
-- keeps its time.
create function replace_grants(p_org_id uuid, p_user_ids uuid[], p_revision integer, p_grants jsonb, p_memberships jsonb,
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
      where g.org_id = p_org_id and g.user_id = any(p_user_ids)
        and not exists (
          select from wanted_grants w where w.user_id = g.user_id and w.scope = g.scope and w.role = g.role)
      returning g.user_id, g.scope, g.role
    ), resourced as (
      update grants g set sources = w.sources, revision = p_revision
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

-- A login of a user who is known: what the identity provider said, then what it gives. The user's row is locked by the first,
-- so the second sees what the lock waited for.
create function store_login(p_org_id uuid, p_user_id uuid, p_email text, p_given_name text, p_family_name text,
                            p_display_name text, p_identity_provider text, p_name_id_format text, p_name_id text,
                            p_facts jsonb, p_now timestamptz, p_revision integer, p_grants jsonb, p_memberships jsonb)
returns table (change text, user_id uuid, scope text, role text, group_name text)
language plpgsql as $$
#variable_conflict use_column
begin
  with identity as (
    update identities set facts = p_facts, last_login_at = p_now
    where org_id = p_org_id and identity_provider = p_identity_provider and name_id_format = p_name_id_format
      and name_id = p_name_id and user_id = p_user_id
  )
  update users
  set email = p_email, given_name = p_given_name, family_name = p_family_name, display_name = p_display_name,
      deciding_identity_provider = p_identity_provider, deciding_name_id_format = p_name_id_format,
      deciding_name_id = p_name_id, updated_at = p_now
  where org_id = p_org_id and user_id = p_user_id;
  return query select * from replace_grants(p_org_id, array[p_user_id], p_revision, p_grants, p_memberships, p_now);
end
$$;
`,
};
