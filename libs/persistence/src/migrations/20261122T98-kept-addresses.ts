import type { SqlMigration } from './sql-migration.ts';

/**
 * How long addresses stand beside the audit log is the owner's to say: the services erase what is older, and nothing that is younger, so
 * that whoever gets hold of the runtime role cannot hide where an attack came from.
 */
export const keptAddresses: SqlMigration = {
  name: '20261122T98-kept-addresses',
  sql: `
create table audit_address_days (
  one boolean not null default true check (one),
  days integer not null check (days between 0 and 3650),
  primary key (one)
);
insert into audit_address_days (days) values (90);
grant select on audit_address_days to rolecall_runtime;

revoke delete on audit_origins from rolecall_runtime;
revoke select, update, delete on audit_origin_days from rolecall_runtime;

-- Erases the addresses that were first seen before a day, UTC, and are kept no longer: those of up to p_limit organizations and days.
create or replace function erase_audit_origins(p_before date, p_limit integer, out days integer, out addresses integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_before date;
  v_due record;
  v_count integer;
begin
  days := 0;
  addresses := 0;
  select least(p_before, (now() at time zone 'UTC')::date - k.days + 1) into strict v_before from public.audit_address_days k;
  for v_due in
    select d.day, d.org_id from public.audit_origin_days d where d.day < v_before
    order by d.day, d.org_id limit p_limit for update skip locked
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    delete from public.audit_origins o where o.org_id = v_due.org_id
      and o.first_seen_at >= v_due.day::timestamp at time zone 'UTC'
      and o.first_seen_at < (v_due.day + 1)::timestamp at time zone 'UTC';
    get diagnostics v_count = row_count;
    addresses := addresses + v_count;
    delete from public.audit_origin_days d where d.day = v_due.day and d.org_id = v_due.org_id;
    days := days + 1;
  end loop;
end
$$;
revoke execute on function erase_audit_origins(date, integer) from public;
grant execute on function erase_audit_origins(date, integer) to rolecall_runtime;
`,
};
