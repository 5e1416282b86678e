import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;
const TABLES = ['application_grants', 'application_tokens', 'forward_sessions'];

/**
 * What applications hold of a signed-in user. All of it hangs on a session and goes with it, whoever ends that: a grant on the session, the
 * code and the tokens of one sign-in on their grant, the cookies of forward-auth on the session.
 */
export const applicationTokens: SqlMigration = {
  name: '20261122T94-application-tokens',
  sql: `
create table application_grants (
  org_id uuid not null,
  grant_id uuid not null,
  session_token_hash bytea not null,
  application text not null,
  client_id text not null,
  scope text not null,
  created_at timestamptz(3) not null,
  primary key (org_id, grant_id),
  foreign key (org_id, session_token_hash) references sessions on delete cascade
);
create index application_grants_session on application_grants (org_id, session_token_hash);

create table application_tokens (
  org_id uuid not null,
  token_hash bytea not null,
  kind text not null,
  grant_id uuid not null,
  payload jsonb not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  consumed_at timestamptz(3),
  primary key (org_id, token_hash),
  foreign key (org_id, grant_id) references application_grants on delete cascade
);
create index application_tokens_grant on application_tokens (org_id, grant_id);
create index application_tokens_expiry on application_tokens (org_id, expires_at);

-- with flow_hash a handle that waits for its browser, without it a cookie
create table forward_sessions (
  org_id uuid not null,
  token_hash bytea not null,
  session_token_hash bytea not null,
  origin text not null,
  flow_hash bytea,
  created_at timestamptz(3) not null,
  handle_expires_at timestamptz(3),
  primary key (org_id, token_hash),
  constraint forward_sessions_handle check ((flow_hash is null) = (handle_expires_at is null)),
  foreign key (org_id, session_token_hash) references sessions on delete cascade
);
create index forward_sessions_session on forward_sessions (org_id, session_token_hash);
create index forward_sessions_expiry on forward_sessions (org_id, handle_expires_at);

${TABLES.map(
  (table) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, update, delete on ${table} to rolecall_runtime;`,
).join('\n')}

alter table offboarding_receipts
  add column applications integer not null default 0,
  add column forward_auth integer not null default 0;

-- As before, and counts what goes with the sessions: sign-ins to applications that still have a token, and cookies of forward-auth.
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
  -- first: what hangs on a session goes with it, uncounted; and nothing more is hung on it while it is held
  perform from sessions s where s.org_id = p_org_id and s.user_id = p_user_id for update;
  select count(*) into v_receipt.applications
    from sessions s join application_grants g on g.org_id = p_org_id and g.session_token_hash = s.token_hash
    where s.org_id = p_org_id and s.user_id = p_user_id and exists (
      select from application_tokens t where t.org_id = p_org_id and t.grant_id = g.grant_id and t.expires_at > p_now);
  select count(*) into v_receipt.forward_auth
    from sessions s join forward_sessions f on f.org_id = p_org_id and f.session_token_hash = s.token_hash
    where s.org_id = p_org_id and s.user_id = p_user_id and f.flow_hash is null;
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
                                    effective_at, milliseconds, sign_ins, links, devices, recovery_sessions, applications,
                                    forward_auth)
  select p_org_id, (p_receipt->>'receiptId')::uuid, p_user_id, p_now, p_receipt->>'actor', p_cause, p_counts,
    v_receipt.sessions,
    (select count(*) from identities i
       where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory'),
    (select count(*) from grants g where g.org_id = p_org_id and g.user_id = p_user_id),
    (select count(*) from directory_members m where m.org_id = p_org_id and m.user_id = p_user_id),
    p_now + v_took, ceil(extract(epoch from v_took) * 1000), v_receipt.sign_ins + v_more, v_receipt.links,
    v_receipt.devices, v_receipt.recovery_sessions, v_receipt.applications, v_receipt.forward_auth
  returning * into v_receipt;
  return v_receipt;
end
$$;

-- Deletes tokens that are over, grants that have none any more, and handles that nobody took.
create function purge_applications(p_org_ids uuid[], p_now timestamptz) returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from application_tokens t where t.org_id = v_org_id and t.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from application_grants g
      where g.org_id = v_org_id and not exists (
        select from application_tokens t where t.org_id = v_org_id and t.grant_id = g.grant_id);
    delete from forward_sessions f where f.org_id = v_org_id and f.handle_expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;
`,
};
