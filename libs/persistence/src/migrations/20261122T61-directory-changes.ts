import type { SqlMigration } from './sql-migration.ts';

/** A change of a directory user asks for nothing that it cannot touch: what did not change is neither looked up nor written. */
export const directoryChanges: SqlMigration = {
  name: '20261122T61-directory-changes',
  sql: `
-- Whether the user holds exactly these grants and memberships, with these sources: both ways, each is in the other.
create function directory_holds_already(p_org_id uuid, p_user_id uuid, p_grants jsonb, p_memberships jsonb) returns boolean
language plpgsql stable as $$
declare
  v_grants jsonb;
  v_memberships jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('user_id', g.user_id, 'scope', g.scope, 'role', g.role, 'sources', g.sources)), '[]')
    into v_grants from grants g where g.org_id = p_org_id and g.user_id = p_user_id;
  if not (v_grants @> p_grants and v_grants <@ p_grants) then
    return false;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('user_id', m.user_id, 'group_name', m.group_name, 'sources', m.sources)), '[]')
    into v_memberships from memberships m where m.org_id = p_org_id and m.user_id = p_user_id;
  return v_memberships @> p_memberships and v_memberships <@ p_memberships;
end
$$;

-- What the directory says is the facts of an identity, as a login's facts are; p_access without grants leaves what is held.
create or replace function directory_write_access(p_org_id uuid, p_user_id uuid, p_access jsonb, p_now timestamptz)
returns void language plpgsql as $$
begin
  insert into identities (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  values (p_org_id, '@directory', 'scim', p_user_id::text, p_user_id, p_access->'facts', p_now)
  on conflict (org_id, identity_provider, name_id_format, name_id) do update
  set facts = excluded.facts, last_login_at = excluded.last_login_at;
  if p_access->'grants' is not null
    and not directory_holds_already(p_org_id, p_user_id, p_access->'grants', p_access->'memberships')
  then
    perform replace_grants(p_org_id, array[p_user_id], (p_access->>'revision')::integer, p_access->'grants',
                           p_access->'memberships', p_now);
  end if;
end
$$;

-- p_grants null = what is held stays.
create or replace function directory_loses_sso_admin(p_org_id uuid, p_user_id uuid, p_grants jsonb) returns boolean
language plpgsql stable as $$
begin
  return p_grants is not null and not p_grants @> '[{"role": "sso_admin"}]'
    and exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin');
end
$$;

-- Locks the directory's counters, which those who go are counted under.
create function directory_lock_counters(p_org_id uuid) returns void language plpgsql as $$
begin
  perform from directories d where d.org_id = p_org_id for no key update;
  if not found then
    perform directory_count(p_org_id, 0, 0, 0);
  end if;
end
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
  perform directory_lock_counters(p_org_id);
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
  allowed := (p_brake->>'atLeast')::integer;
  if offboarded < allowed then
    return;
  end if;
  select d.active_users into v_active from directories d where d.org_id = p_org_id;
  v_active := v_active - (select count(*) from directory_users u
                          where u.org_id = p_org_id and u.created_at > v_since and u.active);
  allowed := greatest(allowed, (v_active + offboarded) * (p_brake->>'share')::integer / 100);
  if offboarded >= allowed and not directory_is_released(p_org_id, 'mass_change', null, v_since) then
    reason := 'mass_change';
    return next;
  end if;
end
$$;

drop function directory_replace_user(uuid, bigint, jsonb, jsonb, jsonb, jsonb, timestamptz);

-- Makes p_user the user's. Outcome 'replaced' with version and perhaps a receipt; or 'unknown', 'changed_meanwhile', 'domain_of_another',
-- 'conflict', 'address_taken' (by a user who had it before), 'held' with the hold, and then nothing of the user is written. p_user has
-- emails and emailDomain when they change. p_off: receipt, brake and, when it is asked for anew after 'to_be_held', what
-- directory_hold takes.
create function directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb,
                                       p_events jsonb, p_now timestamptz)
returns jsonb
language plpgsql set lock_timeout = '10s' as $$
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_profile jsonb := p_access->'profile';
  v_email_key text;
  v_was directory_users;
  v_brake record;
  v_receipt jsonb;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
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
    v_receipt := to_jsonb(directory_offboard(p_org_id, v_user_id, 'deactivated', true, p_off, p_now));
  end if;
  if v_was.active <> v_active then
    perform directory_count(p_org_id, 0, v_active::integer - v_was.active::integer, 0);
  end if;
  perform audit_append(p_org_id, p_events);
  return jsonb_build_object('outcome', 'replaced', 'version', v_was.version + 1, 'receipt', v_receipt);
end
$$;
`,
};
