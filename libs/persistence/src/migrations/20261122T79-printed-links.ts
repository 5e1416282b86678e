import type { SqlMigration } from './sql-migration.ts';

/** A link that was handed over proves no mailbox: what came by it ends when an identity provider or a directory says who the user is. */
export const printedLinks: SqlMigration = {
  name: '20261122T79-printed-links',
  sql: `
-- Not mailed: whoever made it may have kept it.
alter table one_time_links add column printed boolean not null default false;

drop function local_set_password(uuid, uuid, text, text, bytea, timestamptz);

-- Makes a hash the password of a user, and ends what the former one could lead to: sessions (but p_kept), pending sign-ins, links, known
-- devices. p_mailbox: 'proved' by a mailed link; 'unproved' by a printed one, which invited users alone may use; 'as-before' where the
-- present password was shown. 'set'; or 'gone' (disabled, another address, no account any more) and 'address_taken'.
create function local_set_password(p_org_id uuid, p_user_id uuid, p_email_key text, p_hash text, p_kept bytea, p_mailbox text,
                                   p_now timestamptz)
returns table (outcome text, sessions integer) language plpgsql as $$
declare
  v_proved_at timestamptz := case p_mailbox when 'proved' then p_now end;
begin
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
      and (p_mailbox <> 'unproved' or u.status = 'invited')
    for no key update;
  if not found or p_mailbox = 'as-before' and not exists (
    select from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.password_hash is not null)
  then
    return query select 'gone', 0;
    return;
  end if;
  -- an account whose user has another address by now holds this one no longer
  delete from local_accounts l using users u
    where l.org_id = p_org_id and l.email_key = p_email_key and l.user_id <> p_user_id
      and u.org_id = p_org_id and u.user_id = l.user_id and u.email_key is distinct from l.email_key;
  begin
    insert into local_accounts as l
      (org_id, user_id, email_key, password_hash, password_changed_at, email_verified_at, created_at)
    values (p_org_id, p_user_id, p_email_key, p_hash, p_now, v_proved_at, p_now)
    on conflict (org_id, user_id) do update
    set email_key = p_email_key, password_hash = p_hash, password_changed_at = p_now,
      email_verified_at = case when p_mailbox = 'as-before' and l.email_key = p_email_key then l.email_verified_at else v_proved_at end;
  exception when unique_violation then
    return query select 'address_taken', 0;
    return;
  end;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id and s.token_hash is distinct from p_kept;
  get diagnostics sessions = row_count;
  outcome := 'set';
  return next;
end
$$;

-- Somebody who knows says who the user is: whoever came by a printed link may be another one. Ends all of theirs: password, second factors,
-- accounts that they linked, sessions, sign-ins under way, links, known devices. False when there is no such account; a user whose
-- mailbox was proved keeps everything. The caller's transaction has locked the user's row.
create function end_unproved_access(p_org_id uuid, p_user_id uuid, p_identity_provider text) returns boolean language plpgsql as $$
begin
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id and k.printed;
  -- with the recovery codes
  delete from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.email_verified_at is null;
  if not found then
    return false;
  end if;
  delete from identities i
    where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider not in ('@directory', p_identity_provider);
  -- one that somebody holds waits for this user's row: waiting for it would be waiting for each other
  delete from login_transactions t
    where t.ctid in (
      select w.ctid from login_transactions w where w.org_id = p_org_id and w.link_user_id = p_user_id for update skip locked);
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  return true;
end
$$;

-- A directory that takes a user over gives roles at once, before the person has come.
create function directory_ends_unproved_access() returns trigger language plpgsql as $$
begin
  perform end_unproved_access(new.org_id, new.user_id, new.identity_provider);
  return null;
end
$$;
create trigger directory_ends_unproved_access after insert on identities
  for each row when (new.identity_provider = '@directory') execute function directory_ends_unproved_access();
`,
};
