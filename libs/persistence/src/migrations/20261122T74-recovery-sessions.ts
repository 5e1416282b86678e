import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/** Sessions that repair a sign-in: of an address, and of no user. */
export const recoverySessions: SqlMigration = {
  name: '20261122T74-recovery-sessions',
  sql: `
create table recovery_sessions (
  org_id uuid not null references organizations on delete cascade,
  token_hash bytea not null,
  address_key text not null,
  opened_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (org_id, token_hash)
);
create index recovery_sessions_address on recovery_sessions (org_id, address_key);
alter table recovery_sessions enable row level security;
alter table recovery_sessions force row level security;
create policy own_organization on recovery_sessions using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, update, delete on recovery_sessions to rolecall_runtime;

-- Deletes links, sign-ins and recovery sessions that are over, and devices that nobody has used for a year.
create or replace function purge_local_sign_ins(p_org_ids uuid[], p_now timestamptz) returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from one_time_links l where l.org_id = v_org_id and l.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from pending_sign_ins s where s.org_id = v_org_id and s.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from recovery_sessions r where r.org_id = v_org_id and r.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from known_devices d where d.org_id = v_org_id and d.last_seen_at <= p_now - interval '1 year';
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;
`,
};
