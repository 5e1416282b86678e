import type { SqlMigration } from './sql-migration.ts';

/** Whoever hangs something on a session locks that first, as whoever ends it does: the two wait, and never for each other. */
export const sessionFirst: SqlMigration = {
  name: '20261122T94-session-first',
  sql: `
drop function application_sign_in(uuid, jsonb, jsonb, timestamptz);
drop function application_consume(uuid, bytea, timestamptz, jsonb);

-- Uses a code or a refresh token up; true once, over all processes.
create function application_consume(p_org_id uuid, p_token_hash bytea, p_now timestamptz) returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  update application_tokens t set consumed_at = p_now
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.consumed_at is null;
  return found;
end
$$;

-- A grant of a session and its code, with the events. False when there is no such session any more, or another revision is live than
-- the one by which the application is open: the apply that closes it ends what it finds, and nothing comes behind it.
create function application_sign_in(p_org_id uuid, p_revision integer, p_grant jsonb, p_code jsonb, p_events jsonb, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from organizations o where o.org_id = p_org_id and o.revision = p_revision for share;
  if not found then
    return false;
  end if;
  insert into application_grants (org_id, grant_id, session_token_hash, application, client_id, scope, created_at)
    select p_org_id, (p_grant->>'grantId')::uuid, s.token_hash, p_grant->>'application', p_grant->>'clientId', p_grant->>'scope', p_now
    from sessions s
    where s.org_id = p_org_id and s.token_hash = decode(p_grant->>'sessionTokenHash', 'hex')
    for key share;
  if not found or not application_issue(p_org_id, p_code || jsonb_build_object('grantId', p_grant->>'grantId'), p_now) then
    return false;
  end if;
  if p_events <> '[]' then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$$;

-- As before; but the session is locked before its grant.
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
  insert into application_tokens (org_id, token_hash, kind, grant_id, payload, issued_at, expires_at)
    select p_org_id, decode(p_token->>'tokenHash', 'hex'), p_token->>'kind', g.grant_id, p_token->'payload', p_now,
      least((p_token->>'expiresAt')::timestamptz, v_ends)
    from application_grants g
    where g.org_id = p_org_id and g.grant_id = v_grant_id
    for key share;
  return found;
end
$$;
`,
};
