import type { SqlMigration } from './sql-migration.ts';

/** The session check answers with one JSON value, which costs the caller less than eight typed columns. */
export const sessionCheckAsJson: SqlMigration = {
  name: '20261122T03-session-check-as-json',
  sql: `
drop function session_check(uuid, bytea, timestamptz);

-- The live session with what its user holds now, or null; at most once a minute its idle end moves on.
create function session_check(p_org_id uuid, p_token_hash bytea, p_now timestamptz) returns json language plpgsql as $$
declare
  v_session sessions;
  v_idle_end timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_session from sessions s
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now
      and exists (
        select from identity_provider_metadata m
        where m.org_id = p_org_id and m.identity_provider = s.identity_provider and m.enabled);
  if not found then
    return null;
  end if;
  v_idle_end := p_now + make_interval(secs => v_session.idle_seconds);
  if v_idle_end >= v_session.idle_expires_at + interval '1 minute' then
    update sessions s set idle_expires_at = v_idle_end where s.org_id = p_org_id and s.token_hash = p_token_hash;
  else
    v_idle_end := v_session.idle_expires_at;
  end if;
  return (
    select json_build_object(
      'organization', o.name, 'userId', u.user_id, 'email', u.email, 'displayName', u.display_name,
      'identityProvider', v_session.identity_provider,
      'grants', (
        select coalesce(json_object_agg(h.scope, h.roles order by h.scope), '{}')
        from (select g.scope, json_agg(g.role order by g.role) as roles
                from grants g where g.org_id = p_org_id and g.user_id = v_session.user_id group by g.scope) h),
      'groups', (
        select coalesce(json_agg(m.group_name order by m.group_name), '[]')
        from memberships m where m.org_id = p_org_id and m.user_id = v_session.user_id),
      'expiresAt', least(v_session.expires_at, v_idle_end))
    from users u, organizations o
    where u.org_id = p_org_id and u.user_id = v_session.user_id and u.status = 'active' and o.org_id = p_org_id);
end
$$;
`,
};
