import type { SqlMigration } from './sql-migration.ts';

/** What the OpenID provider asks of its tokens, one statement each; and its keys. */
export const providerStore: SqlMigration = {
  name: '20261122T94-provider-store',
  sql: `
-- Public keys of the OpenID provider; the private ones are among deployment_keys, as provider/<algorithm>/<generation>.
create table provider_keys (
  algorithm text not null,
  generation integer not null,
  public_key jsonb not null,
  current_from timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (algorithm, generation)
);
grant select, insert on provider_keys to rolecall_runtime;

-- Who a session is of, with what they hold now; null where session_check gives null. p_moves: its browser is here, so its idle end moves on.
create function application_session(p_org_id uuid, p_token_hash bytea, p_moves boolean, p_now timestamptz) returns json
language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_moves and session_check(p_org_id, p_token_hash, p_now) is null then
    return null;
  end if;
  return (
    select json_build_object(
      'organization', o.name, 'userId', u.user_id, 'email', u.email, 'givenName', u.given_name, 'familyName', u.family_name,
      'displayName', u.display_name, 'identityProvider', s.identity_provider, 'openedAt', s.opened_at, 'expiresAt', s.expires_at,
      'grants', (
        select coalesce(json_object_agg(h.scope, h.roles order by h.scope), '{}')
        from (select g.scope, json_agg(g.role order by g.role) as roles
                from grants g where g.org_id = p_org_id and g.user_id = s.user_id group by g.scope) h),
      'groups', (
        select coalesce(json_agg(m.group_name order by m.group_name), '[]')
        from memberships m where m.org_id = p_org_id and m.user_id = s.user_id))
    from sessions s, users u, organizations o
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now
      and (s.identity_provider = '@password' or exists (
        select from identity_provider_metadata m
        where m.org_id = p_org_id and m.identity_provider = s.identity_provider and m.enabled))
      and u.org_id = p_org_id and u.user_id = s.user_id and u.status = 'active' and o.org_id = p_org_id);
end
$$;

-- A grant of a session and its code. False when there is no such session any more.
create function application_sign_in(p_org_id uuid, p_grant jsonb, p_code jsonb, p_now timestamptz) returns boolean
language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into application_grants (org_id, grant_id, session_token_hash, application, client_id, scope, created_at)
    select p_org_id, (p_grant->>'grantId')::uuid, s.token_hash, p_grant->>'application', p_grant->>'clientId', p_grant->>'scope', p_now
    from sessions s
    where s.org_id = p_org_id and s.token_hash = decode(p_grant->>'sessionTokenHash', 'hex')
    for key share;
  return found and application_issue(p_org_id, p_code || jsonb_build_object('grantId', p_grant->>'grantId'), p_now);
end
$$;

-- A token of a grant, over with the session at the latest. False when there is no such grant any more.
create function application_issue(p_org_id uuid, p_token jsonb, p_now timestamptz) returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into application_tokens (org_id, token_hash, kind, grant_id, payload, issued_at, expires_at)
    select p_org_id, decode(p_token->>'tokenHash', 'hex'), p_token->>'kind', g.grant_id, p_token->'payload', p_now,
      least((p_token->>'expiresAt')::timestamptz, s.expires_at)
    from application_grants g join sessions s on s.org_id = p_org_id and s.token_hash = g.session_token_hash
    where g.org_id = p_org_id and g.grant_id = (p_token->>'grantId')::uuid
    for key share;
  return found;
end
$$;

-- A token with its grant and whose it is; null when it is over, or what session_check looks at says no.
create function application_token(p_org_id uuid, p_token_hash bytea, p_now timestamptz) returns json language plpgsql as $$
declare
  v_found record;
  v_session json;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select t.kind, t.payload, t.issued_at, t.expires_at, t.consumed_at, g.grant_id, g.application, g.client_id, g.scope,
      g.session_token_hash
    into v_found
    from application_tokens t join application_grants g on g.org_id = p_org_id and g.grant_id = t.grant_id
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.expires_at > p_now;
  if not found then
    return null;
  end if;
  v_session := application_session(p_org_id, v_found.session_token_hash, false, p_now);
  if v_session is null then
    return null;
  end if;
  return json_build_object(
    'kind', v_found.kind, 'payload', v_found.payload, 'issuedAt', v_found.issued_at, 'expiresAt', v_found.expires_at,
    'consumed', v_found.consumed_at is not null, 'grantId', v_found.grant_id, 'application', v_found.application,
    'clientId', v_found.client_id, 'scope', v_found.scope, 'session', v_session);
end
$$;

-- Uses a code or a refresh token up; true once, over all processes.
create function application_consume(p_org_id uuid, p_token_hash bytea, p_now timestamptz, p_events jsonb) returns boolean
language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  update application_tokens t set consumed_at = p_now
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.consumed_at is null;
  if not found then
    return false;
  end if;
  if p_events <> '[]' then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$$;

-- Ends a grant with all its tokens. False when it had ended before: then nothing is recorded.
create function application_end_grant(p_org_id uuid, p_grant_id uuid, p_events jsonb) returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  delete from application_grants g where g.org_id = p_org_id and g.grant_id = p_grant_id;
  if not found then
    return false;
  end if;
  if p_events <> '[]' then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$$;

-- Ends one token.
create function application_end_token(p_org_id uuid, p_token_hash bytea) returns void language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  delete from application_tokens t where t.org_id = p_org_id and t.token_hash = p_token_hash;
end
$$;
`,
};
