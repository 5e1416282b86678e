import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/**
 * Sign-outs that an identity provider was asked for. What it says by itself needs no table of its own: ids of its messages
 * stand among those of assertions, and its sessions are found by subject.
 */
export const singleLogout: SqlMigration = {
  name: '20261122T32-single-logout',
  sql: `
create table logouts (
  org_id uuid not null,
  request_id text not null,
  identity_provider text not null,
  browser_hash bytea not null,
  state_hash bytea,
  everywhere boolean,
  expires_at timestamptz(3) not null,
  primary key (org_id, request_id, identity_provider),
  constraint logouts_state unique (org_id, state_hash),
  foreign key (org_id) references organizations on delete cascade
);
create index logouts_expiry on logouts (org_id, expires_at);
alter table logouts enable row level security;
alter table logouts force row level security;
create policy own_organization on logouts using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, update, delete on logouts to rolecall_runtime;

create index sessions_subject on sessions (org_id, name_id);

-- Deletes what has ended, organization by organization, since row-level security shows one at a time.
create or replace function purge_expired(p_org_ids uuid[], p_now timestamptz, p_flows_before timestamptz)
returns table (logins bigint, assertions bigint, sessions bigint, flows bigint) language plpgsql as $$
#variable_conflict use_column
declare
  v_org_id uuid;
  v_count bigint;
begin
  logins := 0; assertions := 0; sessions := 0; flows := 0;
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from login_transactions t where t.org_id = v_org_id and t.expires_at <= p_now;
    get diagnostics v_count = row_count; logins := logins + v_count;
    delete from logouts l where l.org_id = v_org_id and l.expires_at <= p_now;
    get diagnostics v_count = row_count; logins := logins + v_count;
    delete from used_assertions a where a.org_id = v_org_id and a.replayable_until <= p_now;
    get diagnostics v_count = row_count; assertions := assertions + v_count;
    delete from sessions s where s.org_id = v_org_id and (s.expires_at <= p_now or s.idle_expires_at <= p_now);
    get diagnostics v_count = row_count; sessions := sessions + v_count;
    delete from flow_records f where f.org_id = v_org_id and f.finished_at <= p_flows_before;
    get diagnostics v_count = row_count; flows := flows + v_count;
  end loop;
  return next;
end
$$;
`,
};
