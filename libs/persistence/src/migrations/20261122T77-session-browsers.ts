import type { SqlMigration } from './sql-migration.ts';

/** By which its user recognizes a session: "Firefox on Windows", in words of ours. */
export const sessionBrowsers: SqlMigration = {
  name: '20261122T77-session-browsers',
  sql: `
alter table sessions add column browser text;

-- As before, with the browser.
create or replace function write_at_the_end(p_org_id uuid, p_sessions jsonb, p_flows jsonb, p_events jsonb) returns boolean
language plpgsql as $$
declare
  v_opened integer;
begin
  insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, session_index, opened_at,
                        expires_at, idle_seconds, idle_expires_at, announcement, browser)
    select p_org_id, decode(s."tokenHash", 'hex'), s."userId", s."identityProvider", s."nameIdFormat", s."nameId",
           s."sessionIndex", s."openedAt", s."expiresAt", s."idleSeconds",
           s."openedAt" + make_interval(secs => s."idleSeconds"), s.announcement, s.browser
    from jsonb_to_recordset(p_sessions) as s(
      "tokenHash" text, "userId" uuid, "identityProvider" text, "nameIdFormat" text, "nameId" text, "sessionIndex" text,
      "openedAt" timestamptz, "expiresAt" timestamptz, "idleSeconds" integer, announcement jsonb, revision integer, browser text)
    where case when s."identityProvider" = '@password' then exists (
      select from organizations o where o.org_id = p_org_id and o.revision = s.revision)
    else exists (
      select from identity_provider_metadata m
      where m.org_id = p_org_id and m.identity_provider = s."identityProvider" and m.enabled) end;
  get diagnostics v_opened = row_count;
  if v_opened < jsonb_array_length(p_sessions) then
    raise exception using errcode = 'RC001', message = 'an identity provider is disabled or gone, or the document was replaced';
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
`,
};
