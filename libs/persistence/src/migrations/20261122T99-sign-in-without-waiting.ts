import type { SqlMigration } from './sql-migration.ts';

/** A sign-in to an application waits for no apply of its organization, which may take minutes and would keep all connections. */
export const signInWithoutWaiting: SqlMigration = {
  name: '20261122T99-sign-in-without-waiting',
  sql: `
-- As before, but without a lock on the organization. False when there is no such session any more, or another revision is live than the
-- one by which the application is open. What comes behind an apply that is being committed opens nothing while the application is
-- closed, and ends when it opens again.
create or replace function application_sign_in(p_org_id uuid, p_revision integer, p_grant jsonb, p_code jsonb, p_events jsonb, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from organizations o where o.org_id = p_org_id and o.revision = p_revision;
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
`,
};
