import type { SqlMigration } from './sql-migration.ts';

/** An append holds the day under which its addresses are erased: an erasure at the same moment leaves the day to a later one. */
export const originDays: SqlMigration = {
  name: '20261122T92-origin-days',
  sql: `
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
      -- the lock keeps an erasure that runs meanwhile from taking the day away before its address is there
      if found then
        insert into public.audit_origin_days (day, org_id)
          values (((v_event->>'at')::timestamptz at time zone 'UTC')::date, p_org_id)
          on conflict (day, org_id) do update set day = excluded.day;
      end if;
    end if;
  end loop;
  update public.audit_heads set seq = v_seq, hash = v_hash where org_id = p_org_id;
end
$$;
`,
};
