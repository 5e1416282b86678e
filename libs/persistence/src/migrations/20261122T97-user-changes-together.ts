import type { SqlMigration } from './sql-migration.ts';

/** Users of one organization who are read, or changed in what is theirs alone, at one moment: one statement, and one turn at the audit log. */
export const userChangesTogether: SqlMigration = {
  name: '20261122T97-user-changes-together',
  sql: `
drop function directory_user(uuid, uuid);
drop function directory_replace_user(uuid, bigint, jsonb, jsonb, jsonb, jsonb, timestamptz);

-- What a change of users needs to know of them, as directory_user_states, and which revision is live.
create function directory_read_users(p_org_id uuid, p_user_ids uuid[])
returns table (user_id uuid, body jsonb, version bigint, created_at timestamptz, modified_at timestamptz, groups jsonb, grants jsonb,
               memberships jsonb, revision integer)
language plpgsql set plan_cache_mode = 'force_generic_plan' as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    select s.*, o.revision
    from directory_user_states(p_org_id, p_user_ids) s, organizations o
    where o.org_id = p_org_id;
end
$$;

-- Changes users, one after the other. p_users: of each expected (version), user, access, off, events and now, as directory_replace_user
-- takes them. A row per user in their order: what that function returns, or the outcome 'busy', unless p_waits, of a user whom somebody else
-- is changing or whom nobody knows. p_waits is for one user: to wait for one while others are held could be to wait for each other. So several
-- keep their userName and addresses and stay active: another one may hold a name.
create function directory_replace_users(p_org_id uuid, p_users jsonb, p_waits boolean) returns setof jsonb
language plpgsql set lock_timeout = '10s' set plan_cache_mode = 'force_generic_plan' as $$
declare
  v_ids uuid[] := array(select (u->'user'->>'userId')::uuid from jsonb_array_elements(p_users) u);
  v_user jsonb;
  v_result jsonb;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_waits then
    perform directory_lock_users(p_org_id, v_ids);
  else
    v_ids := array(
      select u.user_id from users u where u.org_id = p_org_id and u.user_id = any(v_ids) for no key update skip locked);
  end if;
  for v_user in select u from jsonb_array_elements(p_users) u loop
    if (v_user->'user'->>'userId')::uuid = any(v_ids) then
      v_result := directory_replace_user(p_org_id, (v_user->>'expected')::bigint, v_user->'user', v_user->'access', v_user->'off',
        (v_user->>'now')::timestamptz);
    else
      v_result := '{"outcome": "busy"}';
    end if;
    if v_result->>'outcome' = 'replaced' then
      v_events := v_events || (v_user->'events');
    end if;
    return next v_result;
  end loop;
  -- last, since it holds up everything else of the organization
  if v_events <> '[]' then
    perform audit_append(p_org_id, v_events);
  end if;
end
$$;

-- One of them, who is locked. Its events are the caller's to write.
create function directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb, p_now timestamptz)
returns jsonb language plpgsql as $$
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_profile jsonb := p_access->'profile';
  v_email_key text;
  v_was directory_users;
  v_brake record;
  v_receipt jsonb;
begin
  select u.email_key into v_email_key from users u where u.org_id = p_org_id and u.user_id = v_user_id for no key update;
  select * into v_was from directory_users d where d.org_id = p_org_id and d.user_id = v_user_id;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if v_was.version <> p_expected then
    return jsonb_build_object('outcome', 'changed_meanwhile');
  end if;
  perform directory_require_revision(p_org_id, (p_access->>'revision')::integer);
  if p_user->'emailDomain' is not null and directory_is_domain_of_another(p_org_id, p_user->>'emailDomain') then
    return jsonb_build_object('outcome', 'domain_of_another');
  end if;
  if v_was.user_name_key <> p_user->>'userNameKey' and exists (
      select from directory_users d
      where d.org_id = p_org_id and d.user_name_key = p_user->>'userNameKey' and d.user_id <> v_user_id) then
    return jsonb_build_object('outcome', 'conflict');
  end if;
  if lower(v_profile->>'email') is distinct from v_email_key
    and directory_takes_address(p_org_id, v_user_id, v_profile->>'email')
  then
    return jsonb_build_object('outcome', 'address_taken');
  end if;
  if v_was.active and (not v_active or directory_loses_sso_admin(p_org_id, v_user_id, p_access->'grants')) then
    select * into v_brake from directory_brake(p_org_id, v_user_id,
      case when v_active then (p_off->'brake') - 'share' else p_off->'brake' end, p_now);
    if found and p_off->'holdId' is null then
      return jsonb_build_object('outcome', 'to_be_held');
    elsif found then
      return jsonb_build_object('outcome', 'held', 'hold',
        jsonb_build_object('holdId', directory_hold(p_org_id, v_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
        || to_jsonb(v_brake));
    end if;
  end if;

  update directory_users d
  set user_name = p_user->>'userName', user_name_key = p_user->>'userNameKey', external_id = p_user->>'externalId',
      active = v_active, display_name_key = p_user->>'displayNameKey', body = p_user->'body', folded = p_user->'folded',
      version = d.version + 1, decides = true, modified_at = p_now
  where d.org_id = p_org_id and d.user_id = v_user_id;
  update users u
  set status = case
        when not v_active then 'disabled'
        when u.status <> 'disabled' then u.status
        when exists (select from identities i where i.org_id = p_org_id and i.user_id = v_user_id
                       and i.identity_provider <> '@directory') then 'active'
        else 'invited' end,
      email = v_profile->>'email', given_name = v_profile->>'givenName',
      family_name = v_profile->>'familyName', display_name = v_profile->>'displayName',
      deciding_identity_provider = '@directory', deciding_name_id_format = 'scim', deciding_name_id = v_user_id::text,
      updated_at = p_now
  where u.org_id = p_org_id and u.user_id = v_user_id;
  if p_user->'emails' is not null then
    perform directory_write_emails(p_org_id, v_user_id, p_user->'emails');
  end if;
  perform directory_write_access(p_org_id, v_user_id, p_access, p_now);
  if v_was.active and not v_active then
    v_receipt := to_jsonb(directory_offboard(p_org_id, v_user_id, 'deactivated', true,
      p_off || jsonb_build_object('formerAddressKey', v_email_key), p_now));
  end if;
  if v_was.active <> v_active then
    perform directory_count(p_org_id, 0, v_active::integer - v_was.active::integer, 0);
  end if;
  return jsonb_build_object('outcome', 'replaced', 'version', v_was.version + 1, 'receipt', v_receipt);
end
$$;
`,
};
