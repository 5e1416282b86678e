import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/**
 * Where requests came from: the chain has a commitment (`audit_events.origin`), and the address stands beside it, so that it can be
 * erased while the chain stays whole. Nobody changes an address: it is written by the append, and deleted. `audit_origin_days` routes to
 * what is to be erased, over all organizations and those that are gone; a day and an id alone.
 */
export const auditOrigins: SqlMigration = {
  name: '20261122T84-audit-origins',
  sql: `
alter table audit_events add column origin bytea;
create index audit_events_origin on audit_events (org_id, origin, seq) where origin is not null;

create table audit_origins (
  org_id uuid not null,
  digest bytea not null,
  address inet not null,
  salt bytea not null,
  first_seen_at timestamptz(3) not null,
  primary key (org_id, digest)
);
create index audit_origins_address on audit_origins (org_id, address);
create index audit_origins_first_seen on audit_origins (org_id, first_seen_at);
alter table audit_origins enable row level security;
alter table audit_origins force row level security;
create policy own_organization on audit_origins using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, delete on audit_origins to rolecall_runtime;

create table audit_origin_days (
  day date not null,
  org_id uuid not null,
  primary key (day, org_id)
);
-- update alone for the locks of erase_audit_origins
grant select, update, delete on audit_origin_days to rolecall_runtime;

create or replace function audit_append(p_org_id uuid, p_events jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_seq bigint;
  v_hash bytea;
  v_event jsonb;
begin
  if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_heads (org_id, seq, hash) values (p_org_id, 0, decode(repeat('00', 32), 'hex'))
    on conflict do nothing;
  select seq, hash into strict v_seq, v_hash from public.audit_heads where org_id = p_org_id for update;
  insert into public.audit_unsent (org_id, sink, after_seq) select p_org_id, s.sink, v_seq from public.audit_sinks s
    on conflict do nothing;
  for v_event in select e.event from jsonb_array_elements(p_events) with ordinality as e(event, n) order by e.n loop
    v_seq := v_seq + 1;
    v_hash := sha256(v_hash || decode(v_event->>'digest', 'hex'));
    insert into public.audit_events
      (org_id, seq, type, at, actor_kind, actor_id, subject, data, trace_id, digest, hash, origin)
    values
      (p_org_id, v_seq, v_event->>'type', (v_event->>'at')::timestamptz, v_event->>'actorKind', v_event->>'actorId',
       v_event->>'subject', v_event->'data', v_event->>'traceId', decode(v_event->>'digest', 'hex'), v_hash,
       decode(v_event->>'origin', 'hex'));
    -- with the first event of an origin alone
    if v_event->>'address' is not null then
      insert into public.audit_origins (org_id, digest, address, salt, first_seen_at)
        values (p_org_id, decode(v_event->>'origin', 'hex'), (v_event->>'address')::inet, decode(v_event->>'salt', 'hex'),
          (v_event->>'at')::timestamptz)
        on conflict do nothing;
      if found then
        insert into public.audit_origin_days (day, org_id)
          values (((v_event->>'at')::timestamptz at time zone 'UTC')::date, p_org_id) on conflict do nothing;
      end if;
    end if;
  end loop;
  update public.audit_heads set seq = v_seq, hash = v_hash where org_id = p_org_id;
end
$$;

-- Erases the addresses that were first seen before a day, UTC: those of up to p_limit organizations and days.
create function erase_audit_origins(p_before date, p_limit integer, out days integer, out addresses integer)
language plpgsql as $$
declare
  v_due record;
  v_count integer;
begin
  days := 0;
  addresses := 0;
  for v_due in
    select d.day, d.org_id from audit_origin_days d where d.day < p_before
    order by d.day, d.org_id limit p_limit for update skip locked
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    delete from audit_origins o where o.org_id = v_due.org_id
      and o.first_seen_at >= v_due.day::timestamp at time zone 'UTC'
      and o.first_seen_at < (v_due.day + 1)::timestamp at time zone 'UTC';
    get diagnostics v_count = row_count;
    addresses := addresses + v_count;
    delete from audit_origin_days d where d.day = v_due.day and d.org_id = v_due.org_id;
    days := days + 1;
  end loop;
end
$$;
`,
};
