import type { SqlMigration } from './sql-migration.ts';

/**
 * The last user who holds `sso_admin` is held however the directory would take it: with a group or an attribute too. The brake does not
 * count users who came within its window. A change takes no address that another user has.
 */
export const keptAdministrators: SqlMigration = {
  name: '20261122T51-kept-administrators',
  sql: `
create index directory_users_created on directory_users (org_id, created_at);

-- The first of the users who are about to lose sso_admin or to go, when nobody else who may sign in holds it and nobody released that one
-- lately; else null. The directory's row stays locked, so those who lose it at one moment are seen one by one.
create function directory_last_sso_admin(p_org_id uuid, p_losing uuid[], p_since timestamptz) returns uuid
language plpgsql as $$
declare
  v_user_id uuid;
begin
  perform directory_count(p_org_id, 0, 0, 0);
  select u.user_id into v_user_id from users u
    where u.org_id = p_org_id and u.user_id = any(p_losing) and u.status <> 'disabled' order by u.user_id limit 1;
  if directory_is_released(p_org_id, 'last_sso_admin', v_user_id, p_since) or exists (
      select from grants g join users u on u.org_id = g.org_id and u.user_id = g.user_id
      where g.org_id = p_org_id and g.role = 'sso_admin' and g.user_id <> all(p_losing) and u.status <> 'disabled')
  then
    return null;
  end if;
  return v_user_id;
end
$$;

-- p_grants null = what is held stays.
create function directory_loses_sso_admin(p_org_id uuid, p_user_id uuid, p_grants jsonb) returns boolean language sql stable as $$
  select p_grants is not null
    and not exists (select from jsonb_to_recordset(p_grants) as d(role text) where d.role = 'sso_admin')
    and exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
$$;

-- The user who would be the last to lose sso_admin by this change of a group, which has not ended yet, or null.
create function directory_group_takes_last(p_org_id uuid, p_group_id uuid, p_losing uuid[], p_brake jsonb, p_now timestamptz)
returns uuid language plpgsql set lock_timeout = '10s' as $$
begin
  -- groups before the counters
  perform from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id for no key update;
  return directory_last_sso_admin(p_org_id, p_losing, p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer));
end
$$;

-- Whether this would make the address of another user this user's; who shares one already keeps it.
create function directory_takes_address(p_org_id uuid, p_user_id uuid, p_email text) returns boolean language sql stable as $$
  select exists (
      select from users u where u.org_id = p_org_id and lower(u.email) = lower(p_email) and u.user_id <> p_user_id)
    and not exists (
      select from users u where u.org_id = p_org_id and lower(u.email) = lower(p_email) and u.user_id = p_user_id)
$$;

-- Why an active user may not go now, or null. The directory's row stays locked, so everybody who goes is counted before the next.
-- p_brake: share (percent), atLeast, windowSeconds; without share there is no brake. Its share is of those who were there before the
-- window: who may create users could have anybody go else.
create or replace function directory_brake(p_org_id uuid, p_user_id uuid, p_brake jsonb, p_now timestamptz)
returns table (reason text, offboarded integer, allowed integer)
language plpgsql as $$
declare
  v_since timestamptz := p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  v_active integer;
begin
  perform directory_count(p_org_id, 0, 0, 0);
  if exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and directory_last_sso_admin(p_org_id, array[p_user_id], v_since) is not null
  then
    return query select 'last_sso_admin', 0, 0;
    return;
  end if;
  if p_brake->'share' is null then
    return;
  end if;
  select count(*) into offboarded from offboarding_receipts r
    where r.org_id = p_org_id and r.at > v_since and r.was_active;
  select d.active_users into v_active from directories d where d.org_id = p_org_id;
  v_active := v_active - (select count(*) from directory_users u
                          where u.org_id = p_org_id and u.created_at > v_since and u.active);
  allowed := greatest((p_brake->>'atLeast')::integer, (v_active + offboarded) * (p_brake->>'share')::integer / 100);
  if offboarded >= allowed and not directory_is_released(p_org_id, 'mass_change', null, v_since) then
    reason := 'mass_change';
    return next;
  end if;
end
$$;

-- Makes p_user the user's. 'replaced'; or 'unknown', 'changed_meanwhile', 'domain_of_another', 'conflict', 'address_taken' (by a user who
-- had it before), 'held', and then
-- nothing of the user is written. p_off: receipt and hold (as directory_hold takes it), brake.
create or replace function directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb,
                                       p_events jsonb, p_now timestamptz)
returns table (outcome text, version bigint, receipt jsonb, hold jsonb)
language plpgsql set lock_timeout = '10s' as $$
#variable_conflict use_column
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_was directory_users;
  v_brake record;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from users u where u.org_id = p_org_id and u.user_id = v_user_id for no key update;
  select * into v_was from directory_users d where d.org_id = p_org_id and d.user_id = v_user_id;
  if not found then
    return query select 'unknown', null::bigint, null::jsonb, null::jsonb;
    return;
  end if;
  if v_was.version <> p_expected then
    return query select 'changed_meanwhile', v_was.version, null::jsonb, null::jsonb;
    return;
  end if;
  perform directory_require_revision(p_org_id, (p_access->>'revision')::integer);
  if directory_is_domain_of_another(p_org_id, p_user->>'emailDomain') then
    return query select 'domain_of_another', v_was.version, null::jsonb, null::jsonb;
    return;
  end if;
  if exists (select from directory_users d
             where d.org_id = p_org_id and d.user_name_key = p_user->>'userNameKey' and d.user_id <> v_user_id) then
    return query select 'conflict', v_was.version, null::jsonb, null::jsonb;
    return;
  end if;
  if directory_takes_address(p_org_id, v_user_id, p_access->'profile'->>'email') then
    return query select 'address_taken', v_was.version, null::jsonb, null::jsonb;
    return;
  end if;
  if v_was.active and (not v_active or directory_loses_sso_admin(p_org_id, v_user_id, p_access->'grants')) then
    select * into v_brake from directory_brake(p_org_id, v_user_id,
      case when v_active then (p_off->'brake') - 'share' else p_off->'brake' end, p_now);
    if found then
      hold := jsonb_build_object('holdId', directory_hold(p_org_id, v_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
        || to_jsonb(v_brake);
      return query select 'held', v_was.version, null::jsonb, hold;
      return;
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
      email = p_access->'profile'->>'email', given_name = p_access->'profile'->>'givenName',
      family_name = p_access->'profile'->>'familyName', display_name = p_access->'profile'->>'displayName',
      deciding_identity_provider = '@directory', deciding_name_id_format = 'scim', deciding_name_id = v_user_id::text,
      updated_at = p_now
  where u.org_id = p_org_id and u.user_id = v_user_id;
  if p_user->'emails' is not null then
    perform directory_write_emails(p_org_id, v_user_id, p_user->'emails');
  end if;
  perform directory_write_access(p_org_id, v_user_id, p_access, p_now);
  if v_was.active and not v_active then
    receipt := to_jsonb(directory_offboard(p_org_id, v_user_id, 'deactivated', true, p_off, p_now));
  end if;
  if v_was.active <> v_active then
    perform directory_count(p_org_id, 0, v_active::integer - v_was.active::integer, 0);
  end if;
  perform audit_append(p_org_id, p_events);
  return query select 'replaced', v_was.version + 1, receipt, null::jsonb;
end
$$;
`,
};
