with wanted_grants as (
  select * from jsonb_to_recordset($4::jsonb) as w(user_id uuid, scope text, role text, sources jsonb)
), wanted_memberships as (
  select * from jsonb_to_recordset($5::jsonb) as w(user_id uuid, group_name text, sources jsonb)
), revoked as (
  delete from grants g
  where g.org_id = $1::uuid and g.user_id = any($2::uuid[])
    and not exists (
      select from wanted_grants w where w.user_id = g.user_id and w.scope = g.scope and w.role = g.role)
  returning g.user_id, g.scope, g.role
), resourced as (
  update grants g set sources = w.sources, revision = $3
  from wanted_grants w
  where g.org_id = $1 and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role
    and g.sources is distinct from w.sources
), granted as (
  insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
  select $1::uuid, w.user_id, w.scope, w.role, w.sources, $3::integer, $6::timestamptz
  from wanted_grants w
  where not exists (
    select from grants g where g.org_id = $1 and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role)
  on conflict do nothing
  returning user_id, scope, role
), departed as (
  delete from memberships m
  where m.org_id = $1 and m.user_id = any($2::uuid[])
    and not exists (
      select from wanted_memberships w where w.user_id = m.user_id and w.group_name = m.group_name)
  returning m.user_id, m.group_name
), resourced_memberships as (
  update memberships m set sources = w.sources, revision = $3
  from wanted_memberships w
  where m.org_id = $1 and m.user_id = w.user_id and m.group_name = w.group_name and m.sources is distinct from w.sources
), joined as (
  insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
  select $1::uuid, w.user_id, w.group_name, w.sources, $3::integer, $6::timestamptz
  from wanted_memberships w
  where not exists (
    select from memberships m where m.org_id = $1 and m.user_id = w.user_id and m.group_name = w.group_name)
  on conflict do nothing
  returning user_id, group_name
)
select 'granted' as change, user_id, scope, role, null as group_name from granted
union all select 'revoked', user_id, scope, role, null from revoked
union all select 'joined', user_id, null, null, group_name from joined
union all select 'left', user_id, null, null, group_name from departed
union all select 'revision', null, null, revision::text, null from organizations where org_id = $1
