import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/** Grants that people edit, beside those that rules give; and what was held formerly, by whichever path it went. */
export const editedGrants: SqlMigration = {
  name: '20261122T75-users-grants',
  sql: `
-- Whether somebody gave it in the application or through the API: no rule takes it away.
create function is_edited(p_sources jsonb) returns boolean language sql immutable as $$
  select p_sources @> '[{"kind": "app"}]'
$$;

-- What grants were before they went or changed. Written by a trigger, so that no path can forget it.
create table grant_history (
  org_id uuid not null,
  user_id uuid not null,
  scope text not null,
  role text not null,
  ended_at timestamptz(3) not null,
  sources jsonb not null,
  revision integer not null,
  granted_at timestamptz(3) not null,
  primary key (org_id, user_id, scope, role, ended_at),
  foreign key (org_id, user_id) references users on delete cascade
);
alter table grant_history enable row level security;
alter table grant_history force row level security;
create policy own_organization on grant_history using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert on grant_history to rolecall_runtime;

create function grants_keep_history() returns trigger language plpgsql as $$
begin
  -- a user who is being deleted has none any more
  insert into grant_history (org_id, user_id, scope, role, ended_at, sources, revision, granted_at)
  select old.org_id, old.user_id, old.scope, old.role, now(), old.sources, old.revision, old.granted_at
  where exists (select from users u where u.org_id = old.org_id and u.user_id = old.user_id)
  on conflict do nothing;
  return null;
end
$$;
create trigger grants_keep_history after delete or update on grants
  for each row execute function grants_keep_history();

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

-- What the directory's facts gave, which a change of them may take: edited grants are none of it.
create or replace function directory_user_states(p_org_id uuid, p_user_ids uuid[])
returns table (user_id uuid, body jsonb, version bigint, created_at timestamptz, modified_at timestamptz, groups jsonb, grants jsonb,
               memberships jsonb)
language sql stable as $$
  select u.user_id, u.body, u.version, u.created_at, u.modified_at,
    (select coalesce(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name,
              'externalId', g.external_id, 'formerNames', g.former_names) order by g.group_id), '[]')
       from directory_members m
       join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
       where m.org_id = p_org_id and m.user_id = u.user_id),
    (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role)), '[]')
       from grants g where g.org_id = p_org_id and g.user_id = u.user_id and not is_edited(g.sources)),
    (select coalesce(jsonb_agg(m.group_name), '[]')
       from memberships m where m.org_id = p_org_id and m.user_id = u.user_id)
  from directory_users u
  where u.org_id = p_org_id and u.user_id = any(p_user_ids)
$$;

create or replace function directory_loses_sso_admin(p_org_id uuid, p_user_id uuid, p_grants jsonb) returns boolean
language plpgsql stable as $$
begin
  return p_grants is not null and not p_grants @> '[{"role": "sso_admin"}]'
    and exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and not exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin'
                      and is_edited(g.sources));
end
$$;

create or replace function directory_holds_already(p_org_id uuid, p_user_id uuid, p_grants jsonb, p_memberships jsonb) returns boolean
language plpgsql stable as $$
declare
  v_grants jsonb;
  v_memberships jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('user_id', g.user_id, 'scope', g.scope, 'role', g.role, 'sources', g.sources)), '[]')
    into v_grants from grants g where g.org_id = p_org_id and g.user_id = p_user_id and not is_edited(g.sources);
  if not (v_grants @> p_grants and v_grants <@ p_grants) then
    return false;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('user_id', m.user_id, 'group_name', m.group_name, 'sources', m.sources)), '[]')
    into v_memberships from memberships m where m.org_id = p_org_id and m.user_id = p_user_id;
  return v_memberships @> p_memberships and v_memberships <@ p_memberships;
end
$$;
`,
};
