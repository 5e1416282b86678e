import type { SqlMigration } from './sql-migration.ts';

/** A code or refresh token is used up by the statement that stores what it gives: whoever got nothing may come again. */
export const usedWithTheNext: SqlMigration = {
  name: '20261122T94-used-with-the-next',
  sql: `
drop function application_consume(uuid, bytea, timestamptz);

-- As before; p_token->'consumes' is used up with it, once over all processes. False also when somebody else has used that.
create or replace function application_issue(p_org_id uuid, p_token jsonb, p_now timestamptz) returns boolean language plpgsql as $$
declare
  v_grant_id uuid := p_token->>'grantId';
  v_session bytea;
  v_ends timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select g.session_token_hash into v_session from application_grants g where g.org_id = p_org_id and g.grant_id = v_grant_id;
  select s.expires_at into v_ends from sessions s where s.org_id = p_org_id and s.token_hash = v_session for key share;
  if not found then
    return false;
  end if;
  perform from application_grants g where g.org_id = p_org_id and g.grant_id = v_grant_id for key share;
  if not found then
    return false;
  end if;
  if p_token->>'consumes' is not null then
    update application_tokens t set consumed_at = p_now
      where t.org_id = p_org_id and t.token_hash = decode(p_token->>'consumes', 'hex') and t.grant_id = v_grant_id
        and t.consumed_at is null;
    if not found then
      return false;
    end if;
  end if;
  insert into application_tokens (org_id, token_hash, kind, grant_id, payload, issued_at, expires_at)
    values (p_org_id, decode(p_token->>'tokenHash', 'hex'), p_token->>'kind', v_grant_id, p_token->'payload', p_now,
      least((p_token->>'expiresAt')::timestamptz, v_ends));
  return true;
end
$$;
`,
};
