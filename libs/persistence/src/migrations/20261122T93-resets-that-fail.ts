import type { SqlMigration } from './sql-migration.ts';

/** A mailed reset that sets no password, as another user has an account under the address, ends nothing either. */
export const resetsThatFail: SqlMigration = {
  name: '20261122T93-resets-that-fail',
  sql: `
-- A password that a mailed link sets ends all that a printed one has led to (end_unproved_access). second_factor: an
-- authenticator app was among it; unlinked: and accounts of these identity providers. Nothing is
-- ended when the password is not set.
create or replace function local_set_password(p_org_id uuid, p_user_id uuid, p_email_key text, p_hash text, p_kept bytea, p_mailbox text,
                                   p_now timestamptz)
returns table (outcome text, sessions integer, second_factor boolean, unlinked text[]) language plpgsql as $$
declare
  v_proved_at timestamptz := case p_mailbox when 'proved' then p_now end;
begin
  second_factor := false;
  unlinked := '{}';
  sessions := 0;
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
      and (p_mailbox <> 'unproved' or u.status = 'invited')
    for no key update;
  if not found or p_mailbox = 'as-before' and not exists (
    select from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.password_hash is not null)
  then
    outcome := 'gone';
    return next;
    return;
  end if;
  -- an account whose user has another address by now holds this one no longer
  delete from local_accounts l using users u
    where l.org_id = p_org_id and l.email_key = p_email_key and l.user_id <> p_user_id
      and u.org_id = p_org_id and u.user_id = l.user_id and u.email_key is distinct from l.email_key;
  begin
    if p_mailbox = 'proved' and exists (
      select from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.email_verified_at is null)
    then
      select l.totp_confirmed_at is not null into second_factor
        from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id;
      unlinked := array(
        select distinct i.identity_provider from identities i
        where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory' order by 1);
      sessions := (select count(*) from sessions s where s.org_id = p_org_id and s.user_id = p_user_id);
      perform end_unproved_access(p_org_id, p_user_id, '@password');
    end if;
    insert into local_accounts as l
      (org_id, user_id, email_key, password_hash, password_changed_at, email_verified_at, created_at)
    values (p_org_id, p_user_id, p_email_key, p_hash, p_now, v_proved_at, p_now)
    on conflict (org_id, user_id) do update
    set email_key = p_email_key, password_hash = p_hash, password_changed_at = p_now,
      email_verified_at = case when p_mailbox = 'as-before' and l.email_key = p_email_key then l.email_verified_at else v_proved_at end;
  exception when unique_violation then
    outcome := 'address_taken';
    second_factor := false;
    unlinked := '{}';
    sessions := 0;
    return next;
    return;
  end;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  with ended as (
    delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id and s.token_hash is distinct from p_kept returning 1
  )
  select sessions + count(*) into sessions from ended;
  outcome := 'set';
  return next;
end
$$;
`,
};
