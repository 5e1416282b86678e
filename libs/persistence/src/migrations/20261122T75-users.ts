import type { SqlMigration } from './sql-migration.ts';

/** Users are looked after by administrators: found by what they hold, stopped, and off-boarded by the one path. */
export const administeredUsers: SqlMigration = {
  name: '20261122T75-users',
  sql: `
-- Since when an administrator keeps the user out, whatever a directory says; null = nobody does.
alter table users add column stopped_at timestamptz(3);

create function users_stay_stopped() returns trigger language plpgsql as $$
begin
  new.status := 'disabled';
  return new;
end
$$;
create trigger users_stay_stopped before update on users
  for each row when (new.stopped_at is not null and new.status <> 'disabled') execute function users_stay_stopped();

-- Lists by one of these read their page and nothing else: in the order of the ids, from the cursor on.
create index users_status on users (org_id, status, user_id);
create index grants_role on grants (org_id, role, user_id);
create index memberships_group_user on memberships (org_id, group_name, user_id);
drop index memberships_group;

-- What else ended, and how long it took. Receipts from before know none of it.
alter table offboarding_receipts
  add column effective_at timestamptz(3),
  add column milliseconds integer,
  add column sign_ins integer not null default 0,
  add column links integer not null default 0,
  add column devices integer not null default 0,
  add column recovery_sessions integer not null default 0;

-- Ends every way in of a user who may not sign in any more, in the transaction of whoever calls; the receipt says what ended, and
-- stays. The one path: of the directory and of administrators. p_counts: it counts for the directory's brake. p_receipt: receiptId, actor.
create function offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_counts boolean, p_receipt jsonb, p_now timestamptz)
returns offboarding_receipts language plpgsql as $$
declare
  v_receipt offboarding_receipts;
  v_took interval;
  v_more integer;
begin
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_receipt.sessions = row_count;
  -- what the identity provider has answered already, and accounts that the user is about to link
  delete from login_transactions t
  where t.org_id = p_org_id and (t.link_user_id = p_user_id or exists (
      select from identities i
      where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider = t.identity_provider
        and i.name_id_format = t.name_id_format and i.name_id = t.name_id));
  get diagnostics v_receipt.sign_ins = row_count;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_more = row_count;
  -- those to the address too: a recovery admin need not be a user when a link is asked for
  delete from one_time_links l
  where l.org_id = p_org_id and (l.user_id = p_user_id or l.address_key = (
      select u.email_key from users u where u.org_id = p_org_id and u.user_id = p_user_id));
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

create or replace function directory_offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_was_active boolean, p_receipt jsonb,
                                              p_now timestamptz)
returns offboarding_receipts language sql as $$
  select offboard(p_org_id, p_user_id, p_cause, p_was_active, p_receipt, p_now)
$$;
`,
};
