import type { SqlMigration } from './sql-migration.ts';

/** What is written behind a response may come after the organization is gone: no purge would ever look there. */
export const requestsOfTheLiving: SqlMigration = {
  name: '20261122T49-requests-of-the-living',
  sql: `
-- Requests of any organizations that are there, each written as its organization; one that is written already stays.
create or replace function directory_append_requests(p_requests jsonb) returns void language plpgsql as $$
declare
  v_org_id uuid;
begin
  for v_org_id in select distinct (r ->> 'org_id')::uuid from jsonb_array_elements(p_requests) r loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    insert into directory_requests
    select r.* from jsonb_populate_recordset(null::directory_requests, p_requests) r
    where r.org_id = v_org_id and exists (select from organizations o where o.org_id = v_org_id)
    on conflict do nothing;
  end loop;
end
$$;
`,
};
