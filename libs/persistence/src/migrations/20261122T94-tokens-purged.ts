import type { SqlMigration } from './sql-migration.ts';

/** The purge waits for nobody who ends a session, and takes what it deletes in their order: grants before tokens. */
export const tokensPurged: SqlMigration = {
  name: '20261122T94-tokens-purged',
  sql: `
-- As before; a grant without a live token goes with its tokens, and what somebody holds is left to the next purge.
create or replace function purge_applications(p_org_ids uuid[], p_now timestamptz) returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from application_grants d
      where d.ctid in (
        select g.ctid from application_grants g
        where g.org_id = v_org_id and not exists (
          select from application_tokens t where t.org_id = v_org_id and t.grant_id = g.grant_id and t.expires_at > p_now)
        for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from application_tokens d
      where d.ctid in (
        select t.ctid from application_tokens t where t.org_id = v_org_id and t.expires_at <= p_now for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from forward_sessions d
      where d.ctid in (
        select f.ctid from forward_sessions f where f.org_id = v_org_id and f.handle_expires_at <= p_now for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;
`,
};
