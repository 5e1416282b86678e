import type { SqlMigration } from './sql-migration.ts';

/** A deactivation and a sign-in of one user wait for each other no longer. */
export const offboardAndSignIn: SqlMigration = {
  name: '20261122T81-offboard-and-sign-in',
  sql: `
-- As before, but waits for no login.
create or replace function offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_counts boolean, p_receipt jsonb, p_now timestamptz)
returns offboarding_receipts language plpgsql as $$
declare
  v_receipt offboarding_receipts;
  v_took interval;
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
  where l.org_id = p_org_id and (l.user_id = p_user_id or exists (
      select from users u
      where u.org_id = p_org_id and u.user_id = p_user_id
        and (l.address_key = u.email_key or l.purpose = 'recovery-confirm' and l.about = u.email_key)));
  get diagnostics v_receipt.links = row_count;
  delete from recovery_sessions r using users u
  where u.org_id = p_org_id and u.user_id = p_user_id and r.org_id = p_org_id and r.address_key = u.email_key;
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
`,
};
