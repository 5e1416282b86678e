import type { SqlMigration } from './sql-migration.ts';

/**
 * Logins at OpenID providers: the row that a SAML login has keeps here what the code exchange needs, found by the SHA-256
 * of the `state`. A provider of this kind has no metadata document; its client secret is a sealed secret.
 */
export const openIdConnect: SqlMigration = {
  name: '20261122T20-openid-connect',
  sql: `
alter table identity_provider_metadata alter column metadata_xml drop not null;

alter table login_transactions add column state_hash bytea, add column nonce text, add column code_verifier text;
alter table login_transactions add constraint login_transactions_state unique (org_id, state_hash);

create function oidc_login_begin(
  p_org_id uuid, p_request_id text, p_identity_provider text, p_browser_hash bytea, p_trace_id text, p_return_to text,
  p_mode text, p_created_at timestamptz, p_expires_at timestamptz, p_state_hash bytea, p_nonce text, p_code_verifier text
) returns void language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into login_transactions
    (org_id, request_id, identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, state_hash,
     nonce, code_verifier)
  values
    (p_org_id, p_request_id, p_identity_provider, p_browser_hash, p_trace_id, p_return_to, p_mode, p_created_at,
     p_expires_at, p_state_hash, p_nonce, p_code_verifier);
end
$$;

-- Consumes the login whoever asks, so that a state that another browser shows is burnt.
create function oidc_login_take(p_org_id uuid, p_state_hash bytea)
returns table (
  identity_provider text, browser_hash bytea, trace_id text, return_to text, mode text, created_at timestamptz,
  expires_at timestamptz, nonce text, code_verifier text
) language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    delete from login_transactions t where t.org_id = p_org_id and t.state_hash = p_state_hash
    returning t.identity_provider, t.browser_hash, t.trace_id, t.return_to, t.mode, t.created_at, t.expires_at, t.nonce,
      t.code_verifier;
end
$$;
`,
};
