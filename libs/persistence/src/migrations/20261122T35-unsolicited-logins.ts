import type { SqlMigration } from './sql-migration.ts';

/**
 * Sign-ins that begin at an identity provider: a verified login without a request before it, and without a browser until
 * one shows its handle. What happens to the two kinds must never be mixed up, so each row says which it is.
 */
export const unsolicitedLogins: SqlMigration = {
  name: '20261122T35-unsolicited-logins',
  sql: `
alter table login_transactions add column unsolicited boolean not null default false;
alter table login_transactions alter column browser_hash drop not null;
alter table login_transactions add constraint login_transactions_browser check (unsolicited or browser_hash is not null);

-- Remembers the assertion and stores the login that nobody asked for: both or neither.
create function login_accept_unsolicited(
  p_org_id uuid, p_identity_provider text, p_login_id text, p_assertion_id text, p_replayable_until timestamptz,
  p_handle_hash bytea, p_name_id text, p_name_id_format text, p_session_index text, p_session_not_on_or_after timestamptz,
  p_facts jsonb, p_now timestamptz, p_trace_id text, p_expires_at timestamptz
) returns text language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
    values (p_org_id, p_identity_provider, p_assertion_id, p_replayable_until)
    on conflict do nothing;
  if not found then
    return 'replayed_assertion';
  end if;
  insert into login_transactions
    (org_id, request_id, identity_provider, trace_id, mode, created_at, expires_at, handle_hash, name_id, name_id_format,
     session_index, session_not_on_or_after, facts, unsolicited)
  values
    (p_org_id, p_login_id, p_identity_provider, p_trace_id, 'login', p_now, p_expires_at, p_handle_hash, p_name_id,
     p_name_id_format, p_session_index, p_session_not_on_or_after, p_facts, true);
  return 'accepted';
end
$$;
`,
};
