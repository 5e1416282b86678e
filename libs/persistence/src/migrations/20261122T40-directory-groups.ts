import type { SqlMigration } from './sql-migration.ts';

/**
 * Groups of the directory and their members. In one transaction `directory_change_group` writes the group and its members and
 * says whose access that touches, `directory_user_states` reads these users, the decision is made in TypeScript, and
 * `directory_finish_group` stores it, counts and audits; `directory_store_access` takes the batches before the last.
 *
 * Locks: who works with names (all of an organization's groups), who changes a group (its members alone: shared), then rows as
 * everywhere: users by id, groups by id, counters, the head of the audit chain.
 */
export const directoryGroups: SqlMigration = {
  name: '20261122T40-directory-groups',
  sql: `
-- Whoever changes a group alone or with others. Members are added and removed side by side: the rows of these users keep them
-- apart. All else needs the group as it is, with all of its members.
create function directory_enter_group(p_org_id uuid, p_group_id uuid, p_names boolean, p_alone boolean) returns void
language plpgsql as $$
declare
  v_group bigint := hashtextextended(p_org_id::text || p_group_id::text, 0);
begin
  if p_names then
    perform pg_advisory_xact_lock(hashtextextended(p_org_id::text, 0));
  end if;
  if p_alone then
    perform pg_advisory_xact_lock(v_group);
  else
    perform pg_advisory_xact_lock_shared(v_group);
  end if;
end
$$;

-- Logins and other changes of these users wait; those that are waited for are seen by the next statement.
create function directory_lock_users(p_org_id uuid, p_user_ids uuid[]) returns void language plpgsql as $$
begin
  perform from users u where u.org_id = p_org_id and u.user_id = any(p_user_ids) order by u.user_id for no key update;
end
$$;

create function directory_members_of(p_org_id uuid, p_group_ids uuid[]) returns uuid[] language sql stable as $$
  select coalesce(array_agg(distinct m.user_id), '{}') from directory_members m
  where m.org_id = p_org_id and m.group_id = any(p_group_ids)
$$;

-- Groups that had this name once: they lose it to the group that takes it.
create function directory_groups_once_called(p_org_id uuid, p_name_key text, p_but uuid) returns uuid[]
language sql stable as $$
  select coalesce(array_agg(g.group_id), '{}') from directory_groups g
  where g.org_id = p_org_id and g.group_id <> p_but and g.former_names <> '{}' and p_name_key = any(g.former_name_keys)
$$;

-- Takes a former name away from groups.
create function directory_forget_name(p_org_id uuid, p_group_ids uuid[], p_name_key text) returns void language sql as $$
  update directory_groups g
  set (former_names, former_name_keys) = (
    select coalesce(array_agg(f.name order by f.n), '{}'), coalesce(array_agg(f.key order by f.n), '{}')
    from unnest(g.former_names, g.former_name_keys) with ordinality as f(name, key, n)
    where f.key <> p_name_key)
  where g.org_id = p_org_id and g.group_id = any(p_group_ids)
$$;

-- Writes a group's own attributes. Under another name it keeps its former ones, at most 20, unless another group is called so.
create function directory_write_group(p_org_id uuid, p_was directory_groups, p_group jsonb) returns void
language plpgsql as $$
declare
  v_names text[] := p_was.former_names;
  v_keys text[] := p_was.former_name_keys;
begin
  if p_was.display_name <> p_group->>'displayName'
    and not directory_is_name_taken(p_org_id, p_was.display_name_key, p_was.group_id)
  then
    v_names := v_names || p_was.display_name;
    v_keys := v_keys || p_was.display_name_key;
  end if;
  update directory_groups g
  set display_name = p_group->>'displayName', display_name_key = p_group->>'displayNameKey',
      external_id = p_group->>'externalId', body = p_group->'body', folded = p_group->'folded',
      (former_names, former_name_keys) = (
        select coalesce(array_agg(f.name order by f.n), '{}'), coalesce(array_agg(f.key order by f.n), '{}')
        from (
          select distinct on (f.name) f.name, f.key, f.n from unnest(v_names, v_keys) with ordinality as f(name, key, n)
          where f.name <> p_group->>'displayName' order by f.name, f.n desc
        ) f
        where f.n > cardinality(v_names) - 20)
  where g.org_id = p_org_id and g.group_id = p_was.group_id;
end
$$;

-- What a change of members means: who comes that the directory knows, who goes, and who is unknown. p_replace null = all others stay.
create function directory_member_changes(p_org_id uuid, p_group_id uuid, p_replace uuid[], p_add uuid[], p_remove uuid[])
returns table (come uuid[], go uuid[], unknown uuid[]) language plpgsql as $$
declare
  v_wanted uuid[] := array(select unnest(coalesce(p_replace, '{}') || p_add) except select unnest(p_remove));
begin
  select coalesce(array_agg(w.user_id) filter (where u.user_id is not null and m.user_id is null), '{}'),
         coalesce(array_agg(w.user_id) filter (where u.user_id is null), '{}')
    into come, unknown
    from unnest(v_wanted) as w(user_id)
    left join directory_users u on u.org_id = p_org_id and u.user_id = w.user_id
    left join directory_members m on m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = w.user_id;
  if p_replace is null then
    go := array(select m.user_id from directory_members m
                where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = any(p_remove));
  else
    go := array(select m.user_id from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id
                except select unnest(v_wanted));
  end if;
  return next;
end
$$;

-- Takes and gives members whose rows are locked; returns those of them who were, and were not.
create function directory_write_members(p_org_id uuid, p_group_id uuid, p_come uuid[], p_go uuid[])
returns table (added uuid[], removed uuid[]) language plpgsql as $$
begin
  with gone as (
    delete from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = any(p_go)
    returning m.user_id
  )
  select coalesce(array_agg(user_id), '{}') into removed from gone;
  with come as (
    insert into directory_members as m (org_id, group_id, user_id)
    select p_org_id, p_group_id, u.user_id from directory_users u where u.org_id = p_org_id and u.user_id = any(p_come)
    on conflict do nothing
    returning m.user_id
  )
  select coalesce(array_agg(user_id), '{}') into added from come;
  return next;
end
$$;

-- Whether there is a group's name that this one may not have.
create function directory_is_name_taken(p_org_id uuid, p_name_key text, p_but uuid) returns boolean language sql stable as $$
  select exists (
    select from directory_groups g where g.org_id = p_org_id and g.display_name_key = p_name_key and g.group_id <> p_but)
$$;

-- p_kind 'create', 'change' or 'delete' (with p_replace '{}'); p_group null = its own attributes stay. Outcome 'written' or
-- 'unchanged', or why nothing is: 'unknown', 'changed_meanwhile', 'conflict' (its name), 'unknown_members' (when p_refuse_unknown).
-- touched = the users whose access must be decided anew, who are locked.
create function directory_change_group(
  p_org_id uuid, p_kind text, p_group_id uuid, p_expected bigint, p_group jsonb, p_replace uuid[], p_add uuid[],
  p_remove uuid[], p_unique_names boolean, p_refuse_unknown boolean, p_now timestamptz
) returns table (outcome text, was jsonb, added uuid[], removed uuid[], unknown uuid[], touched uuid[], took_from uuid[])
language plpgsql as $$
#variable_conflict use_column
declare
  v_was directory_groups;
  v_group jsonb := p_group;
  v_alone boolean;
  v_changes record;
  v_all uuid[] := '{}';
begin
  added := '{}'; removed := '{}'; touched := '{}'; took_from := '{}'; unknown := '{}';
  if p_kind = 'change' then
    select * into v_was from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
    v_group := case when v_was.body = p_group->'body' then null else p_group end;
  end if;
  if p_kind = 'create' then
    -- what inserting a group locks as well, before any user, as an apply does
    perform from organizations o where o.org_id = p_org_id for key share;
  end if;
  v_alone := p_kind <> 'change' or v_group is not null or p_replace is not null or p_expected is not null;
  perform directory_enter_group(p_org_id, p_group_id, p_kind <> 'change' or v_group is not null, v_alone);

  -- everything is read anew after what was waited for
  select * into v_was from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  was := case when found then to_jsonb(v_was) - 'folded' end;
  if v_group is not null then
    took_from := directory_groups_once_called(p_org_id, v_group->>'displayNameKey', p_group_id);
  end if;
  select * into v_changes from directory_member_changes(p_org_id, p_group_id, p_replace, p_add, p_remove);
  unknown := v_changes.unknown;
  outcome := case
    when p_kind <> 'create' and was is null then 'unknown'
    when v_was.version <> p_expected then 'changed_meanwhile'
    when p_unique_names and directory_is_name_taken(p_org_id, v_group->>'displayNameKey', p_group_id) then 'conflict'
    when p_refuse_unknown and unknown <> '{}' then 'unknown_members'
    when p_kind = 'change' and v_group is null and v_changes.come = '{}' and v_changes.go = '{}' then 'unchanged'
  end;
  if outcome is not null then
    return next;
    return;
  end if;

  if p_kind = 'change' and (v_was.display_name, v_was.external_id) is distinct from
                           (v_group->>'displayName', v_group->>'externalId') and v_group is not null then
    v_all := directory_members_of(p_org_id, array[p_group_id]);
  end if;
  v_all := v_all || directory_members_of(p_org_id, took_from);
  perform directory_lock_users(p_org_id, v_all || v_changes.come || v_changes.go);
  if v_alone then
    perform from directory_groups g where g.org_id = p_org_id and g.group_id = any(array[p_group_id] || took_from)
      order by g.group_id for no key update;
    -- a member who was deleted meanwhile changed it
    if exists (select from directory_groups g
               where g.org_id = p_org_id and g.group_id = p_group_id and g.version <> p_expected) then
      outcome := 'changed_meanwhile';
      return next;
      return;
    end if;
  end if;

  perform directory_forget_name(p_org_id, took_from, v_group->>'displayNameKey');
  if p_kind = 'create' then
    insert into directory_groups (org_id, group_id, display_name, display_name_key, external_id, body, folded, members, version,
                                  created_at, modified_at)
    values (p_org_id, p_group_id, v_group->>'displayName', v_group->>'displayNameKey', v_group->>'externalId',
            v_group->'body', v_group->'folded', 0, 0, p_now, p_now);
  elsif v_group is not null then
    perform directory_write_group(p_org_id, v_was, v_group);
  end if;
  select * into added, removed from directory_write_members(p_org_id, p_group_id, v_changes.come, v_changes.go);
  if p_kind = 'delete' then
    delete from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  end if;
  touched := array(select distinct unnest(v_all || added || removed));
  outcome := case when p_kind = 'change' and v_group is null and added = '{}' and removed = '{}' then 'unchanged' else 'written' end;
  return next;
end
$$;

-- What was decided for users who are locked: their facts, what decides, grants and memberships; each user's version counts it.
-- p_users: as accessColumns makes them, without grants for those who keep what they hold.
create function directory_store_access(p_org_id uuid, p_revision integer, p_users jsonb, p_grants jsonb, p_memberships jsonb,
                                       p_now timestamptz)
returns void language plpgsql as $$
begin
  perform directory_require_revision(p_org_id, p_revision);
  with decided as (
    select d."userId" as user_id, d.facts, d.profile from jsonb_to_recordset(p_users) as d("userId" uuid, facts jsonb, profile jsonb)
  ), versions as (
    update directory_users u set version = u.version + 1, decides = true
    from decided d where u.org_id = p_org_id and u.user_id = d.user_id
  ), profiles as (
    update users u
    set email = d.profile->>'email', given_name = d.profile->>'givenName', family_name = d.profile->>'familyName',
        display_name = d.profile->>'displayName', deciding_identity_provider = '@directory',
        deciding_name_id_format = 'scim', deciding_name_id = u.user_id::text, updated_at = p_now
    from decided d
    where u.org_id = p_org_id and u.user_id = d.user_id
      and (u.deciding_identity_provider, u.email, u.given_name, u.family_name, u.display_name) is distinct from
        ('@directory', d.profile->>'email', d.profile->>'givenName', d.profile->>'familyName', d.profile->>'displayName')
  )
  insert into identities as i (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  select p_org_id, '@directory', 'scim', d.user_id::text, d.user_id, d.facts, p_now from decided d
  on conflict (org_id, identity_provider, name_id_format, name_id) do update
  set facts = excluded.facts, last_login_at = excluded.last_login_at
  where i.facts is distinct from excluded.facts;
  perform replace_grants(p_org_id,
    array(select d."userId" from jsonb_to_recordset(p_users) as d("userId" uuid, decides boolean) where d.decides),
    p_revision, p_grants, p_memberships, p_now);
end
$$;

-- Last of a change: what was decided for its last users (as above), the group's counters and version, the directory's, the audit
-- log. Returns the version.
create function directory_finish_group(
  p_org_id uuid, p_group_id uuid, p_members integer, p_groups integer, p_revision integer, p_users jsonb, p_grants jsonb,
  p_memberships jsonb, p_events jsonb, p_now timestamptz
) returns bigint language plpgsql as $$
declare
  v_version bigint;
begin
  if p_users <> '[]' then
    perform directory_store_access(p_org_id, p_revision, p_users, p_grants, p_memberships, p_now);
  end if;
  update directory_groups g set members = g.members + p_members, version = g.version + 1, modified_at = p_now
    where g.org_id = p_org_id and g.group_id = p_group_id
    returning g.version into v_version;
  if p_groups <> 0 then
    perform directory_count(p_org_id, 0, 0, p_groups);
  end if;
  perform audit_append(p_org_id, p_events);
  return v_version;
end
$$;

create function directory_group(p_org_id uuid, p_group_id uuid, p_members boolean)
returns table (group_id uuid, body jsonb, version bigint, created_at timestamptz, modified_at timestamptz, members jsonb)
language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    select g.group_id, g.body, g.version, g.created_at, g.modified_at,
      case when p_members then (
        select coalesce(jsonb_agg(jsonb_build_object('userId', m.user_id, 'display',
                 coalesce(nullif(u.body->>'displayName', ''), u.user_name)) order by m.user_id), '[]')
        from directory_members m
        join directory_users u on u.org_id = m.org_id and u.user_id = m.user_id
        where m.org_id = p_org_id and m.group_id = g.group_id) end
    from directory_groups g
    where g.org_id = p_org_id and g.group_id = p_group_id;
end
$$;
`,
};
