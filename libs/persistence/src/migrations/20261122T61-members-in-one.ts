import type { SqlMigration } from './sql-migration.ts';

/**
 * A change of a few members in two statements, each a transaction of its own. `directory_member_states` reads without a lock, the decision
 * is made in TypeScript, and `directory_change_members` writes on condition that all of it is still so.
 */
export const membersInOne: SqlMigration = {
  name: '20261122T61-members-in-one',
  sql: `
-- What a group adds to the facts of its members.
create function directory_group_facts(p_group directory_groups) returns jsonb language sql immutable as $$
  select jsonb_build_object('groupId', p_group.group_id, 'displayName', p_group.display_name, 'externalId', p_group.external_id,
                            'formerNames', p_group.former_names)
$$;

-- Null when there is no such group. users: who would come ('joins') or go, as directory_user_states has them.
create function directory_member_states(p_org_id uuid, p_group_id uuid, p_add uuid[], p_remove uuid[]) returns jsonb
language plpgsql as $$
declare
  v_group directory_groups;
  v_changes record;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_group from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  if not found then
    return null;
  end if;
  select * into v_changes from directory_member_changes(p_org_id, p_group_id, null, p_add, p_remove);
  return jsonb_build_object(
    'group', to_jsonb(v_group) - 'folded',
    'facts', directory_group_facts(v_group),
    'revision', (select o.revision from organizations o where o.org_id = p_org_id),
    'unknown', to_jsonb(v_changes.unknown),
    'users', (
      select coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('joins', s.user_id = any(v_changes.come)) order by s.user_id), '[]')
      from directory_user_states(p_org_id, v_changes.come || v_changes.go) s));
end
$$;

-- Writes what was decided from these states. p_users: as accessColumns makes them, with version and joins. Outcome 'written' with the
-- group's version; 'changed_meanwhile' when the group's facts or a user are not as they were read, or 'takes_last' with the user who would
-- be the last to lose sso_admin, and then nothing is written.
create function directory_change_members(p_org_id uuid, p_group_id uuid, p_facts jsonb, p_revision integer, p_users jsonb,
                                         p_brake jsonb, p_events jsonb, p_now timestamptz)
returns jsonb language plpgsql set lock_timeout = '10s' as $$
declare
  v_group directory_groups;
  v_ids uuid[];
  v_losing uuid[];
  v_last uuid;
  v_version bigint;
  v_user jsonb;
  v_members integer := 0;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform directory_enter_group(p_org_id, p_group_id, false, false);
  select * into v_group from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  if not found or directory_group_facts(v_group) <> p_facts then
    return jsonb_build_object('outcome', 'changed_meanwhile');
  end if;
  v_ids := array(select (u->>'userId')::uuid from jsonb_array_elements(p_users) u);
  perform directory_lock_users(p_org_id, v_ids);
  for v_user in select u from jsonb_array_elements(p_users) u loop
    select d.version into v_version from directory_users d where d.org_id = p_org_id and d.user_id = (v_user->>'userId')::uuid;
    if v_version is distinct from (v_user->>'version')::bigint then
      return jsonb_build_object('outcome', 'changed_meanwhile');
    end if;
  end loop;
  perform directory_require_revision(p_org_id, p_revision);
  v_losing := array(
    select (u->>'userId')::uuid from jsonb_array_elements(p_users) u
    where directory_loses_sso_admin(p_org_id, (u->>'userId')::uuid, u->'grants'));
  if v_losing <> '{}' then
    v_last := directory_group_takes_last(p_org_id, p_group_id, v_losing, p_brake, p_now);
    if v_last is not null then
      return jsonb_build_object('outcome', 'takes_last', 'userId', v_last);
    end if;
  end if;

  for v_user in select u from jsonb_array_elements(p_users) u loop
    v_members := v_members + directory_write_member(p_org_id, p_group_id, v_user, p_now);
  end loop;
  update directory_groups g set members = g.members + v_members, version = g.version + 1, modified_at = p_now
    where g.org_id = p_org_id and g.group_id = p_group_id
    returning g.version into v_version;
  perform audit_append(p_org_id, p_events);
  return jsonb_build_object('outcome', 'written', 'version', v_version);
end
$$;

-- One user comes or goes, and holds what was decided. Returns what that adds to the group's members.
create function directory_write_member(p_org_id uuid, p_group_id uuid, p_user jsonb, p_now timestamptz) returns integer
language plpgsql as $$
declare
  v_user_id uuid := p_user->>'userId';
  v_profile jsonb := p_user->'profile';
begin
  if (p_user->'joins')::boolean then
    insert into directory_members (org_id, group_id, user_id) values (p_org_id, p_group_id, v_user_id);
  else
    delete from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = v_user_id;
  end if;
  update directory_users u set version = u.version + 1, decides = true where u.org_id = p_org_id and u.user_id = v_user_id;
  update users u
  set email = v_profile->>'email', given_name = v_profile->>'givenName', family_name = v_profile->>'familyName',
      display_name = v_profile->>'displayName', deciding_identity_provider = '@directory', deciding_name_id_format = 'scim',
      deciding_name_id = v_user_id::text, updated_at = p_now
  where u.org_id = p_org_id and u.user_id = v_user_id
    and (u.deciding_identity_provider, u.email, u.given_name, u.family_name, u.display_name) is distinct from
      ('@directory', v_profile->>'email', v_profile->>'givenName', v_profile->>'familyName', v_profile->>'displayName');
  perform directory_write_access(p_org_id, v_user_id, p_user, p_now);
  return case when (p_user->'joins')::boolean then 1 else -1 end;
end
$$;
`,
};
