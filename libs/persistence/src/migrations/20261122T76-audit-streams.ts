import type { SqlMigration } from './sql-migration.ts';

/**
 * Who is sent what happens, and how far each is: routing tables, with an id and a number alone. A row of `audit_unsent` = this sink has not
 * had what came after that link. The append makes it, in the same transaction as the event; it goes, under the lock of the chain's head,
 * when nothing came meanwhile. Without a sink an append only looks into an empty table.
 */
export const auditStreams: SqlMigration = {
  name: '20261122T76-audit-streams',
  sql: `
create table audit_sinks (
  sink text primary key,
  tries integer not null default 0,
  due_at timestamptz(3) not null,
  -- one process at a time sends to it
  claimed_until timestamptz(3)
);
grant select, insert, update, delete on audit_sinks to rolecall_runtime;

create table audit_unsent (
  org_id uuid not null,
  sink text not null references audit_sinks (sink) on delete cascade,
  after_seq bigint not null,
  primary key (org_id, sink)
);
create index audit_unsent_sink on audit_unsent (sink);
grant select on audit_unsent to rolecall_runtime;

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
      (org_id, seq, type, at, actor_kind, actor_id, subject, data, trace_id, digest, hash)
    values
      (p_org_id, v_seq, v_event->>'type', (v_event->>'at')::timestamptz, v_event->>'actorKind', v_event->>'actorId',
       v_event->>'subject', v_event->'data', v_event->>'traceId', decode(v_event->>'digest', 'hex'), v_hash);
  end loop;
  update public.audit_heads set seq = v_seq, hash = v_hash where org_id = p_org_id;
end
$$;

-- That a sink has had the links up to this one.
create function audit_sent(p_org_id uuid, p_sink text, p_seq bigint) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_seq bigint;
begin
  if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;
  select seq into v_seq from public.audit_heads where org_id = p_org_id for update;
  if v_seq is null or v_seq <= p_seq then
    delete from public.audit_unsent where org_id = p_org_id and sink = p_sink and after_seq <= p_seq;
  else
    update public.audit_unsent set after_seq = p_seq where org_id = p_org_id and sink = p_sink and after_seq < p_seq;
  end if;
end
$$;
revoke all on function audit_sent from public;
grant execute on function audit_sent to rolecall_runtime;
`,
};
