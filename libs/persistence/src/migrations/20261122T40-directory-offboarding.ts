import type { SqlMigration } from './sql-migration.ts';

/** Changes of directory users, and what ends when one is deactivated or deleted. */
export const directoryOffboarding: SqlMigration = {
  name: '20261122T40-directory-offboarding',
  sql: `
-- Whether a person let this kind of deactivation through lately. The user counts for 'last_sso_admin' only.
create function directory_is_released(p_org_id uuid, p_reason text, p_user_id uuid, p_since timestamptz) returns boolean
language sql stable as $$
  select exists (
    select from directory_holds h
    where h.org_id = p_org_id and h.reason = p_reason and h.released_at > p_since
      and h.user_id is not distinct from p_user_id)
$$;

-- Why an active user may not go now, or null. The directory's row stays locked, so everybody who goes is counted before the next.
-- p_brake: share (percent), atLeast, windowSeconds; without share there is no brake.
create function directory_brake(p_org_id uuid, p_user_id uuid, p_brake jsonb, p_now timestamptz)
returns table (reason text, offboarded integer, allowed integer)
language plpgsql as $$
declare
  v_since timestamptz := p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  v_active integer;
begin
  perform directory_count(p_org_id, 0, 0, 0);
  if exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and not exists (
      select from grants g join users u on u.org_id = g.org_id and u.user_id = g.user_id
      where g.org_id = p_org_id and g.role = 'sso_admin' and g.user_id <> p_user_id and u.status <> 'disabled')
    and not directory_is_released(p_org_id, 'last_sso_admin', p_user_id, v_since)
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
  allowed := greatest((p_brake->>'atLeast')::integer, (v_active + offboarded) * (p_brake->>'share')::integer / 100);
  if offboarded >= allowed and not directory_is_released(p_org_id, 'mass_change', null, v_since) then
    reason := 'mass_change';
    return next;
  end if;
end
$$;

-- Notes that an active user's going is held: one row and one audit event per reason and window. Returns the hold.
create function directory_hold(p_org_id uuid, p_user_id uuid, p_reason text, p_brake jsonb, p_hold jsonb, p_now timestamptz)
returns uuid language plpgsql as $$
declare
  v_user_id uuid := case when p_reason = 'last_sso_admin' then p_user_id end;
  v_hold_id uuid;
begin
  select h.hold_id into v_hold_id from directory_holds h
    where h.org_id = p_org_id and h.reason = p_reason and h.user_id is not distinct from v_user_id and h.released_at is null
      and h.at > p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  if not found then
    v_hold_id := p_hold->>'holdId';
    insert into directory_holds (org_id, hold_id, reason, user_id, at)
    values (p_org_id, v_hold_id, p_reason, v_user_id, p_now);
    perform audit_append(p_org_id, p_hold->'events'->p_reason);
  end if;
  return v_hold_id;
end
$$;

-- Ends every session of a user who may not sign in any more; the receipt says what ended, and stays.
create function directory_offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_was_active boolean, p_receipt jsonb,
                                   p_now timestamptz)
returns offboarding_receipts language plpgsql as $$
declare
  v_receipt offboarding_receipts;
begin
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_receipt.sessions = row_count;
  insert into offboarding_receipts (org_id, receipt_id, user_id, at, actor, cause, was_active, sessions, identities, grants, groups)
  select p_org_id, (p_receipt->>'receiptId')::uuid, p_user_id, p_now, p_receipt->>'actor', p_cause, p_was_active,
    v_receipt.sessions,
    (select count(*) from identities i
       where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory'),
    (select count(*) from grants g where g.org_id = p_org_id and g.user_id = p_user_id),
    (select count(*) from directory_members m where m.org_id = p_org_id and m.user_id = p_user_id)
  returning * into v_receipt;
  return v_receipt;
end
$$;

-- Makes p_user the user's. 'replaced'; or 'unknown', 'changed_meanwhile', 'domain_of_another', 'conflict', 'held', and then
-- nothing of the user is written. p_off: receipt and hold (as directory_hold takes it), brake.
create function directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb,
                                       p_events jsonb, p_now timestamptz)
returns table (outcome text, version bigint, receipt jsonb, hold jsonb)
language plpgsql as $$
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
  if v_was.active and not v_active then
    select * into v_brake from directory_brake(p_org_id, v_user_id, p_off->'brake', p_now);
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

-- Deletes a user and everything of it. 'deleted', 'unknown', 'changed_meanwhile' (when a version is expected) or 'held'.
create function directory_delete_user(p_org_id uuid, p_user_id uuid, p_expected bigint, p_off jsonb, p_events jsonb,
                                      p_now timestamptz)
returns table (outcome text, receipt jsonb, hold jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
  v_was directory_users;
  v_brake record;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id for update;
  select * into v_was from directory_users d where d.org_id = p_org_id and d.user_id = p_user_id;
  if not found then
    return query select 'unknown', null::jsonb, null::jsonb;
    return;
  end if;
  if v_was.version <> p_expected then
    return query select 'changed_meanwhile', null::jsonb, null::jsonb;
    return;
  end if;
  -- groups before the counters, which the brake locks
  perform from directory_groups g
    where g.org_id = p_org_id and exists (
      select from directory_members m where m.org_id = p_org_id and m.group_id = g.group_id and m.user_id = p_user_id)
    order by g.group_id for no key update;
  if v_was.active then
    select * into v_brake from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now);
    if found then
      hold := jsonb_build_object('holdId', directory_hold(p_org_id, p_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
        || to_jsonb(v_brake);
      return query select 'held', null::jsonb, hold;
      return;
    end if;
  end if;

  receipt := to_jsonb(directory_offboard(p_org_id, p_user_id, 'deleted', v_was.active, p_off, p_now));
  update directory_groups g set members = g.members - 1, version = g.version + 1, modified_at = p_now
  from directory_members m
  where m.org_id = p_org_id and m.user_id = p_user_id and g.org_id = p_org_id and g.group_id = m.group_id;
  delete from users u where u.org_id = p_org_id and u.user_id = p_user_id;
  perform directory_count(p_org_id, -1, -v_was.active::integer, 0);
  perform audit_append(p_org_id, p_events);
  return query select 'deleted', receipt, null::jsonb;
end
$$;
`,
};
