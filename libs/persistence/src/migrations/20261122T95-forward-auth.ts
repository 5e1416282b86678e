import type { SqlMigration } from './sql-migration.ts';

/** Applications behind a proxy that asks who is there: which organizations have one at an origin, and whom its cookie lets in. */
export const forwardAuth: SqlMigration = {
  name: '20261122T95-forward-auth',
  sql: `
-- Origin -> organizations: a proxy names nothing else. Kept with each revision; only applications that are enabled.
create table forward_origins (
  origin text not null,
  org_id uuid not null references organization_registry (org_id) on delete cascade,
  application text not null,
  primary key (origin, org_id)
);
create index forward_origins_org_id on forward_origins (org_id);
grant select, insert, update, delete on forward_origins to rolecall_runtime;

-- What session_check says of the session behind a cookie of this origin, or null. One that still waits for its browser opens nothing,
-- nor does one of an application that is gone or disabled.
create function forward_check(p_org_id uuid, p_token_hash bytea, p_origin text, p_now timestamptz) returns json language plpgsql as $$
declare
  v_session bytea;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select f.session_token_hash into v_session from forward_sessions f
    where f.org_id = p_org_id and f.token_hash = p_token_hash and f.origin = p_origin and f.flow_hash is null
      and exists (select from forward_origins o where o.origin = p_origin and o.org_id = p_org_id);
  if not found then
    return null;
  end if;
  return session_check(p_org_id, v_session, p_now);
end
$$;
`,
};
