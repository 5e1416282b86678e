import type { SqlMigration } from './sql-migration.ts';

/** A deactivation that changes the address as well ends what hangs on the former one, too. */
export const formerAddresses: SqlMigration = {
  name: '20261122T81-offboard-former-addresses',
  sql: `
-- As before, also of the address that the user had before this transaction: p_receipt has it as formerAddressKey, where one changes it.
create or replace function offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_counts boolean, p_receipt jsonb, p_now timestamptz)
returns offboarding_receipts language plpgsql as $$
declare
  v_receipt offboarding_receipts;
  v_took interval;
  v_addresses text[] := array(
    select u.email_key from users u where u.org_id = p_org_id and u.user_id = p_user_id
    union all select p_receipt->>'formerAddressKey');
  v_more integer;
begin
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_receipt.sessions = row_count;
  -- what the identity provider has answered already, and accounts that the user is about to link. One that somebody holds belongs to a
  -- login that waits for this user's row, and will find the user gone: waiting for it would be waiting for each other
  delete from login_transactions t
  where t.ctid in (
    select w.ctid from login_transactions w
    where w.org_id = p_org_id and (w.link_user_id = p_user_id or exists (
        select from identities i
        where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider = w.identity_provider
          and i.name_id_format = w.name_id_format and i.name_id = w.name_id))
    for update skip locked);
  get diagnostics v_receipt.sign_ins = row_count;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_more = row_count;
  -- those to the address too: a recovery admin need not be a user when a link is asked for; and those by which another recovery
  -- admin would confirm what the user has asked for
  delete from one_time_links l
  where l.org_id = p_org_id and (l.user_id = p_user_id or l.address_key = any(v_addresses)
    or l.purpose = 'recovery-confirm' and l.about = any(v_addresses));
  get diagnostics v_receipt.links = row_count;
  delete from recovery_sessions r where r.org_id = p_org_id and r.address_key = any(v_addresses);
  get diagnostics v_receipt.recovery_sessions = row_count;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  get diagnostics v_receipt.devices = row_count;
  v_took := clock_timestamp() - transaction_timestamp();
  insert into offboarding_receipts (org_id, receipt_id, user_id, at, actor, cause, was_active, sessions, identities, grants, groups,
                                    effective_at, milliseconds, sign_ins, links, devices, recovery_sessions)
  select p_org_id, (p_receipt->>'receiptId')::uuid, p_user_id, p_now, p_receipt->>'actor', p_cause, p_counts,
    v_receipt.sessions,
    (select count(*) from identities i
       where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory'),
    (select count(*) from grants g where g.org_id = p_org_id and g.user_id = p_user_id),
    (select count(*) from directory_members m where m.org_id = p_org_id and m.user_id = p_user_id),
    p_now + v_took, ceil(extract(epoch from v_took) * 1000), v_receipt.sign_ins + v_more, v_receipt.links,
    v_receipt.devices, v_receipt.recovery_sessions
  returning * into v_receipt;
  return v_receipt;
end
$$;

-- Makes p_user the user's. Outcome 'replaced' with version and perhaps a receipt; or 'unknown', 'changed_meanwhile', 'domain_of_another',
-- 'conflict', 'address_taken' (by a user who had it before), 'held' with the hold, and then nothing of the user is written. p_user has
-- emails and emailDomain when they change. p_off: receipt, brake and, when it is asked for anew after 'to_be_held', what
-- directory_hold takes.
create or replace function directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb,
                                       p_events jsonb, p_now timestamptz)
returns jsonb
language plpgsql set lock_timeout = '10s' set plan_cache_mode = 'force_generic_plan' as $$
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
    v_receipt := to_jsonb(directory_offboard(p_org_id, v_user_id, 'deactivated', true,
      p_off || jsonb_build_object('formerAddressKey', v_email_key), p_now));
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
