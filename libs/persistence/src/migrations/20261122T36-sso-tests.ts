import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/**
 * Tests of identity providers by one-time link, with their results for half an hour, and the evidence that somebody could
 * sign in. Evidence is written by logins, so it refers to no other row: see 20261121T02-organization-tables.
 */
export const ssoTests: SqlMigration = {
  name: '20261122T36-sso-tests',
  sql: `
create table sso_tests (
  org_id uuid not null references organizations on delete cascade,
  test_id uuid not null,
  identity_provider text not null,
  token_hash bytea not null,
  created_by text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  trace_id text,
  finished_at timestamptz(3),
  result jsonb,
  primary key (org_id, test_id),
  constraint sso_tests_token unique (org_id, token_hash)
);
create index sso_tests_trace on sso_tests (org_id, trace_id);
create index sso_tests_expiry on sso_tests (org_id, expires_at);

create table sso_evidence (
  org_id uuid not null,
  identity_provider text not null,
  connection_digest text not null,
  revision integer not null,
  kind text not null,
  at timestamptz(3) not null,
  primary key (org_id, identity_provider)
);

${['sso_tests', 'sso_evidence']
  .map(
    (table) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, update, delete on ${table} to rolecall_runtime;`,
  )
  .join('\n')}

create function forget_sso_evidence() returns trigger language plpgsql as $$
begin
  delete from public.sso_evidence where org_id = old.org_id;
  return null;
end
$$;
create trigger organizations_forget_sso_evidence
  after delete on organizations for each row execute function forget_sso_evidence();

-- Deletes tests whose link and result are over, organization by organization.
create function purge_sso_tests(p_org_ids uuid[], p_now timestamptz) returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from sso_tests t where t.org_id = v_org_id and t.expires_at <= p_now;
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;
`,
};
