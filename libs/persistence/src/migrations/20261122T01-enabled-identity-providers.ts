import type { SqlMigration } from './sql-migration.ts';

/** Read by the step below across organizations, which its policy would hide from an owner who is no superuser. */
const BACKFILLED = ['identity_provider_metadata', 'organizations', 'revisions'];

/**
 * Whether an IdP is enabled stands in a column, so that a session can be held to it: what an IdP opened ends at the commit
 * that disables or removes it, even when the gateway has not heard of that apply yet.
 */
export const enabledIdentityProviders: SqlMigration = {
  name: '20261122T01-enabled-identity-providers',
  sql: `
alter table identity_provider_metadata add column enabled boolean not null default true;

${BACKFILLED.map((table) => `alter table ${table} no force row level security;`).join('\n')}
update identity_provider_metadata m set enabled = false
from organizations o join revisions r on r.org_id = o.org_id and r.number = o.revision
where m.org_id = o.org_id
  and r.document #> array['spec', 'identityProviders', m.identity_provider, 'enabled'] = 'false';
${BACKFILLED.map((table) => `alter table ${table} force row level security;`).join('\n')}

-- The live session with what its user holds now; at most once a minute its idle end moves on.
create or replace function session_check(p_org_id uuid, p_token_hash bytea, p_now timestamptz)
returns table (
  organization text, user_id uuid, email text, display_name text, identity_provider text, grants jsonb, groups jsonb,
  expires_at timestamptz
) language plpgsql as $$
#variable_conflict use_column
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
    return;
  end if;
  v_idle_end := p_now + make_interval(secs => v_session.idle_seconds);
  if v_idle_end >= v_session.idle_expires_at + interval '1 minute' then
    update sessions s set idle_expires_at = v_idle_end where s.org_id = p_org_id and s.token_hash = p_token_hash;
  else
    v_idle_end := v_session.idle_expires_at;
  end if;
  return query
    select o.name, u.user_id, u.email, u.display_name, v_session.identity_provider,
      (select coalesce(jsonb_object_agg(h.scope, h.roles), '{}')
         from (select g.scope, jsonb_agg(g.role order by g.role) as roles
                 from grants g where g.org_id = p_org_id and g.user_id = v_session.user_id group by g.scope) h),
      (select coalesce(jsonb_agg(m.group_name order by m.group_name), '[]')
         from memberships m where m.org_id = p_org_id and m.user_id = v_session.user_id),
      least(v_session.expires_at, v_idle_end)
    from users u, organizations o
    where u.org_id = p_org_id and u.user_id = v_session.user_id and u.status = 'active' and o.org_id = p_org_id;
end
$$;
`,
};
