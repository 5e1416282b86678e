import type { SqlMigration } from './sql-migration.ts';

/** A first login in as few round trips as a later one, and an end of a login that COMMIT may follow unread. */
export const fewerRoundTrips: SqlMigration = {
  name: '20261122T60-fewer-round-trips',
  sql: `
-- Opens sessions, records flows and appends audit events, in this order; the caller's transaction has set the organization.
-- Fails when the IdP of a session was disabled or removed meanwhile: COMMIT is on its way already, and must not find anything.
-- True else, for the callers of the function that this one replaces.
create or replace function write_at_the_end(p_org_id uuid, p_sessions jsonb, p_flows jsonb, p_events jsonb) returns boolean
language plpgsql as $$
declare
  v_opened integer;
begin
  insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, session_index, opened_at,
                        expires_at, idle_seconds, idle_expires_at, announcement)
    select p_org_id, decode(s."tokenHash", 'hex'), s."userId", s."identityProvider", s."nameIdFormat", s."nameId",
           s."sessionIndex", s."openedAt", s."expiresAt", s."idleSeconds",
           s."openedAt" + make_interval(secs => s."idleSeconds"), s.announcement
    from jsonb_to_recordset(p_sessions) as s(
      "tokenHash" text, "userId" uuid, "identityProvider" text, "nameIdFormat" text, "nameId" text, "sessionIndex" text,
      "openedAt" timestamptz, "expiresAt" timestamptz, "idleSeconds" integer, announcement jsonb)
    where exists (
      select from identity_provider_metadata m
      where m.org_id = p_org_id and m.identity_provider = s."identityProvider" and m.enabled);
  get diagnostics v_opened = row_count;
  if v_opened < jsonb_array_length(p_sessions) then
    raise exception using errcode = 'RC001', message = 'an identity provider is disabled or gone';
  end if;
  insert into flow_records (org_id, trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code,
                            must_act, user_id, steps)
    select p_org_id, f."traceId", f.kind, f."identityProvider", f.vendor, f."startedAt", f."finishedAt", f.outcome, f.code,
           f."mustAct", f."userId", f.steps
    from jsonb_to_recordset(p_flows) as f(
      "traceId" text, kind text, "identityProvider" text, vendor text, "startedAt" timestamptz, "finishedAt" timestamptz,
      outcome text, code text, "mustAct" text, "userId" uuid, steps jsonb)
    on conflict do nothing;
  if jsonb_array_length(p_events) > 0 then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$$;

-- A user, the identity by which they came, and what the login gives them, as replace_grants; without a revision nothing is given.
-- The one row 'known' when the subject has a user already: then nothing is written.
create function create_user(p_org_id uuid, p_user_id uuid, p_email text, p_given_name text, p_family_name text,
                            p_display_name text, p_identity_provider text, p_name_id_format text, p_name_id text,
                            p_facts jsonb, p_now timestamptz, p_revision integer, p_grants jsonb, p_memberships jsonb)
returns table (change text, user_id uuid, scope text, role text, group_name text)
language plpgsql as $$
#variable_conflict use_column
begin
  insert into users (org_id, user_id, email, given_name, family_name, display_name, deciding_identity_provider,
                     deciding_name_id_format, deciding_name_id, created_at, updated_at)
    values (p_org_id, p_user_id, p_email, p_given_name, p_family_name, p_display_name, p_identity_provider,
            p_name_id_format, p_name_id, p_now, p_now);
  insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
    values (p_org_id, p_user_id, p_identity_provider, p_name_id_format, p_name_id, p_facts, p_now)
    on conflict do nothing;
  if not found then
    delete from users u where u.org_id = p_org_id and u.user_id = p_user_id;
    return query select 'known', null::uuid, null, null, null;
  elsif p_revision is not null then
    return query select * from replace_grants(p_org_id, array[p_user_id], p_revision, p_grants, p_memberships, p_now);
  end if;
end
$$;
`,
};
