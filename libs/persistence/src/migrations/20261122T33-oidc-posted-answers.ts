import type { SqlMigration } from './sql-migration.ts';

/**
 * Answers that an OpenID provider posts (`response_mode=form_post`) come from its page, without our cookie: they wait until the
 * browser itself asks. And logins that link an identity to a user who is signed in remember to whom.
 */
export const oidcPostedAnswers: SqlMigration = {
  name: '20261122T33-oidc-posted-answers',
  sql: `
alter table login_transactions add column answer jsonb, add column link_user_id uuid;

drop function oidc_login_begin(
  uuid, text, text, bytea, text, text, text, timestamptz, timestamptz, bytea, text, text, jsonb);
create function oidc_login_begin(
  p_org_id uuid, p_request_id text, p_identity_provider text, p_browser_hash bytea, p_trace_id text, p_return_to text,
  p_mode text, p_created_at timestamptz, p_expires_at timestamptz, p_state_hash bytea, p_nonce text, p_code_verifier text,
  p_provider jsonb, p_link_user_id uuid
) returns void language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into login_transactions
    (org_id, request_id, identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, state_hash,
     nonce, code_verifier, provider, link_user_id)
  values
    (p_org_id, p_request_id, p_identity_provider, p_browser_hash, p_trace_id, p_return_to, p_mode, p_created_at,
     p_expires_at, p_state_hash, p_nonce, p_code_verifier, p_provider, p_link_user_id);
end
$$;

-- Keeps a posted answer. The state is used up by it: the handle under which the browser comes for the login takes its place.
create function oidc_login_hold(
  p_org_id uuid, p_state_hash bytea, p_handle_hash bytea, p_answer jsonb, p_now timestamptz
) returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  update login_transactions t set state_hash = p_handle_hash, answer = p_answer
    where t.org_id = p_org_id and t.state_hash = p_state_hash and t.answer is null and t.expires_at > p_now;
  return found;
end
$$;

-- Consumes the login whoever asks, so that a state or handle that another browser shows is burnt.
drop function oidc_login_take(uuid, bytea);
create function oidc_login_take(p_org_id uuid, p_state_hash bytea)
returns table (
  identity_provider text, browser_hash bytea, trace_id text, return_to text, mode text, created_at timestamptz,
  expires_at timestamptz, nonce text, code_verifier text, provider jsonb, answer jsonb, link_user_id uuid
) language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    delete from login_transactions t where t.org_id = p_org_id and t.state_hash = p_state_hash and t.provider is not null
    returning t.identity_provider, t.browser_hash, t.trace_id, t.return_to, t.mode, t.created_at, t.expires_at, t.nonce,
      t.code_verifier, t.provider, t.answer, t.link_user_id;
end
$$;
`,
};
