import type { SqlMigration } from './sql-migration.ts';

const FOR_ANOTHER = `if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;`;

/**
 * What runs with the owner's rights does so only for the organization that the transaction works for, and the runtime role
 * writes the audit chain through its function only: it can neither choose a place in the chain nor move the chain's head.
 */
export const ownerFunctions: SqlMigration = {
  name: '20261122T02-owner-functions',
  sql: `
-- Chains events to the organization's head: hash(n) = sha256(hash(n-1) || digest(n)), hash(0) = 32 zero bytes.
create or replace function audit_append(p_org_id uuid, p_events jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_seq bigint;
  v_hash bytea;
  v_event jsonb;
begin
  ${FOR_ANOTHER}
  insert into public.audit_heads (org_id, seq, hash) values (p_org_id, 0, decode(repeat('00', 32), 'hex'))
    on conflict do nothing;
  select seq, hash into strict v_seq, v_hash from public.audit_heads where org_id = p_org_id for update;
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
revoke execute on function audit_append(uuid, jsonb) from public;
grant execute on function audit_append(uuid, jsonb) to rolecall_runtime;
revoke insert, update on audit_heads from rolecall_runtime;
revoke insert on audit_events from rolecall_runtime;

-- The only way to delete an organization with its revisions. Runs as the owner, who is bound by the policies as well.
-- The audit chain stays: its last event says who deleted it.
create or replace function delete_organization(p_org_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  ${FOR_ANOTHER}
  delete from public.login_transactions where org_id = p_org_id;
  delete from public.used_assertions where org_id = p_org_id;
  delete from public.flow_records where org_id = p_org_id;
  delete from public.organizations where org_id = p_org_id;
  delete from public.email_domains where org_id = p_org_id;
  delete from public.organization_previous_names where org_id = p_org_id;
  delete from public.organization_registry where org_id = p_org_id;
end
$$;

-- PostgreSQL before 15, and databases that came from one, let everybody create objects here.
revoke create on schema public from public;
`,
};
