import type { SqlMigration } from './sql-migration.ts';

/**
 * Hot paths that must set the organization and work for it in one round trip. They run with the caller's rights, so
 * row-level security stays on inside.
 */
export const functions: SqlMigration = {
  name: '20261121T04-functions',
  sql: `
create function login_begin(
  p_org_id uuid, p_request_id text, p_identity_provider text, p_browser_hash bytea, p_trace_id text, p_return_to text,
  p_mode text, p_created_at timestamptz, p_expires_at timestamptz
) returns void language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into login_transactions
    (org_id, request_id, identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at)
  values
    (p_org_id, p_request_id, p_identity_provider, p_browser_hash, p_trace_id, p_return_to, p_mode, p_created_at, p_expires_at);
end
$$;

-- Consumes the pending request and remembers the assertion: both or neither. The row lock makes a second copy wait, and
-- then see what the first one did.
create function login_accept(
  p_org_id uuid, p_identity_provider text, p_request_id text, p_assertion_id text, p_replayable_until timestamptz,
  p_handle_hash bytea, p_name_id text, p_name_id_format text, p_session_index text, p_session_not_on_or_after timestamptz,
  p_facts jsonb, p_now timestamptz
) returns text language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from login_transactions
    where org_id = p_org_id and request_id = p_request_id and identity_provider = p_identity_provider
      and handle_hash is null and expires_at > p_now
    for update;
  if not found then
    perform from used_assertions
      where org_id = p_org_id and identity_provider = p_identity_provider and assertion_id = p_assertion_id;
    return case when found then 'replayed_assertion' else 'unknown_request' end;
  end if;
  insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
    values (p_org_id, p_identity_provider, p_assertion_id, p_replayable_until)
    on conflict do nothing;
  if not found then
    return 'replayed_assertion';
  end if;
  update login_transactions
    set handle_hash = p_handle_hash, name_id = p_name_id, name_id_format = p_name_id_format,
        session_index = p_session_index, session_not_on_or_after = p_session_not_on_or_after, facts = p_facts
    where org_id = p_org_id and request_id = p_request_id and identity_provider = p_identity_provider;
  return 'accepted';
end
$$;

-- The live session with what its user holds now; at most once a minute its idle end moves on.
create function session_check(p_org_id uuid, p_token_hash bytea, p_now timestamptz)
returns table (
  organization text, user_id uuid, email text, display_name text, identity_provider text, grants jsonb, groups jsonb,
  expires_at timestamptz
) language plpgsql as $$
#variable_conflict use_column
declare
  v_session sessions;
  v_idle_end timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_session from sessions s
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now;
  if not found then
    return;
  end if;
  v_idle_end := p_now + make_interval(secs => v_session.idle_seconds);
  if v_idle_end >= v_session.idle_expires_at + interval '1 minute' then
    update sessions s set idle_expires_at = v_idle_end where s.org_id = p_org_id and s.token_hash = p_token_hash;
  else
    v_idle_end := v_session.idle_expires_at;
  end if;
  return query
    select o.name, u.user_id, u.email, u.display_name, v_session.identity_provider,
      (select coalesce(jsonb_object_agg(h.scope, h.roles), '{}')
         from (select g.scope, jsonb_agg(g.role order by g.role) as roles
                 from grants g where g.org_id = p_org_id and g.user_id = v_session.user_id group by g.scope) h),
      (select coalesce(jsonb_agg(m.group_name order by m.group_name), '[]')
         from memberships m where m.org_id = p_org_id and m.user_id = v_session.user_id),
      least(v_session.expires_at, v_idle_end)
    from users u, organizations o
    where u.org_id = p_org_id and u.user_id = v_session.user_id and u.status = 'active' and o.org_id = p_org_id;
end
$$;

-- Chains events to the organization's head: hash(n) = sha256(hash(n-1) || digest(n)), hash(0) = 32 zero bytes.
-- The caller's transaction has set the organization.
create function audit_append(p_org_id uuid, p_events jsonb) returns void language plpgsql as $$
declare
  v_seq bigint;
  v_hash bytea;
  v_event jsonb;
begin
  insert into audit_heads (org_id, seq, hash) values (p_org_id, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing;
  select seq, hash into strict v_seq, v_hash from audit_heads where org_id = p_org_id for update;
  for v_event in select e.event from jsonb_array_elements(p_events) with ordinality as e(event, n) order by e.n loop
    v_seq := v_seq + 1;
    v_hash := sha256(v_hash || decode(v_event->>'digest', 'hex'));
    insert into audit_events (org_id, seq, type, at, actor_kind, actor_id, subject, data, trace_id, digest, hash)
      values (p_org_id, v_seq, v_event->>'type', (v_event->>'at')::timestamptz, v_event->>'actorKind',
              v_event->>'actorId', v_event->>'subject', v_event->'data', v_event->>'traceId',
              decode(v_event->>'digest', 'hex'), v_hash);
  end loop;
  update audit_heads set seq = v_seq, hash = v_hash where org_id = p_org_id;
end
$$;

-- Deletes what has ended, organization by organization, since row-level security shows one at a time.
create function purge_expired(p_org_ids uuid[], p_now timestamptz, p_flows_before timestamptz)
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

-- The only way to delete an organization with its revisions. Runs as the owner, who is bound by the policies as well.
-- The audit chain stays: its last event says who deleted it.
create function delete_organization(p_org_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  delete from public.login_transactions where org_id = p_org_id;
  delete from public.used_assertions where org_id = p_org_id;
  delete from public.flow_records where org_id = p_org_id;
  delete from public.organizations where org_id = p_org_id;
  delete from public.email_domains where org_id = p_org_id;
  delete from public.organization_previous_names where org_id = p_org_id;
  delete from public.organization_registry where org_id = p_org_id;
end
$$;
-- Whatever changes an organization's registry row tells every process to drop what it holds of it, at the commit.
create function announce_organization() returns trigger language plpgsql as $$
begin
  perform pg_notify('rolecall_organization', coalesce(new.org_id, old.org_id)::text);
  return null;
end
$$;
create trigger organization_registry_announce
  after insert or update or delete on organization_registry
  for each row execute function announce_organization();

revoke execute on function delete_organization(uuid) from public;
grant execute on function delete_organization(uuid) to rolecall_runtime;
`,
};
