import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;
const TABLES = ['local_accounts', 'recovery_codes', 'one_time_links', 'pending_sign_ins', 'known_devices'];

/** Passwords, second factors, one-time links and what a sign-in by them leaves behind: all of one organization. */
export const localAccounts: SqlMigration = {
  name: '20261122T73-local-accounts',
  sql: `
create table local_accounts (
  org_id uuid not null,
  user_id uuid not null,
  email_key text not null,
  password_hash text,
  password_changed_at timestamptz(3),
  email_verified_at timestamptz(3),
  totp_secret bytea,
  totp_confirmed_at timestamptz(3),
  totp_last_step bigint,
  created_at timestamptz(3) not null,
  primary key (org_id, user_id),
  constraint local_accounts_email unique (org_id, email_key),
  foreign key (org_id, user_id) references users on delete cascade
);

create table recovery_codes (
  org_id uuid not null,
  user_id uuid not null,
  code_hash bytea not null,
  primary key (org_id, user_id, code_hash),
  foreign key (org_id, user_id) references local_accounts on delete cascade
);

create table one_time_links (
  org_id uuid not null references organizations on delete cascade,
  token_hash bytea not null,
  purpose text not null,
  user_id uuid,
  address_key text not null,
  about text,
  created_by text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (org_id, token_hash),
  foreign key (org_id, user_id) references users on delete cascade
);
-- one of a purpose for each user, or address where there is no user: a new one ends the former
create unique index one_time_links_one on one_time_links (org_id, purpose, (coalesce(user_id::text, address_key)));
create index one_time_links_user on one_time_links (org_id, user_id);
create index one_time_links_expiry on one_time_links (org_id, expires_at);

create table pending_sign_ins (
  org_id uuid not null,
  handle_hash bytea not null,
  browser_hash bytea not null,
  user_id uuid not null,
  password_changed_at timestamptz(3) not null,
  tries integer not null,
  email_code_hash bytea,
  trace_id text not null,
  return_to text,
  started_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (org_id, handle_hash),
  foreign key (org_id, user_id) references users on delete cascade
);
create index pending_sign_ins_user on pending_sign_ins (org_id, user_id);
create index pending_sign_ins_expiry on pending_sign_ins (org_id, expires_at);

create table known_devices (
  org_id uuid not null,
  user_id uuid not null,
  device_hash bytea not null,
  first_seen_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  primary key (org_id, user_id, device_hash),
  foreign key (org_id, user_id) references users on delete cascade
);

${TABLES.map(
  (table) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, update, delete on ${table} to rolecall_runtime;`,
).join('\n')}

-- Makes a hash the password of a user, whose address a link has proved, and ends what the former one could lead to: sessions (but
-- p_kept), pending sign-ins, links, known devices. 'set'; or 'gone' (disabled, or another address) and 'address_taken'.
create function local_set_password(p_org_id uuid, p_user_id uuid, p_email_key text, p_hash text, p_kept bytea, p_now timestamptz)
returns table (outcome text, sessions integer) language plpgsql as $$
begin
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
    for no key update;
  if not found then
    return query select 'gone', 0;
    return;
  end if;
  -- an account whose user has another address by now holds this one no longer
  delete from local_accounts l using users u
    where l.org_id = p_org_id and l.email_key = p_email_key and l.user_id <> p_user_id
      and u.org_id = p_org_id and u.user_id = l.user_id and u.email_key is distinct from l.email_key;
  begin
    insert into local_accounts as l
      (org_id, user_id, email_key, password_hash, password_changed_at, email_verified_at, created_at)
    values (p_org_id, p_user_id, p_email_key, p_hash, p_now, p_now, p_now)
    on conflict (org_id, user_id) do update
    set email_key = p_email_key, password_hash = p_hash, password_changed_at = p_now, email_verified_at = p_now;
  exception when unique_violation then
    return query select 'address_taken', 0;
    return;
  end;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id and s.token_hash is distinct from p_kept;
  get diagnostics sessions = row_count;
  outcome := 'set';
  return next;
end
$$;

-- A sign-in by password: makes an invited user active. False when the user or the password is not what the caller found any more.
-- Holds the organization's row first, so that an apply which closes this door waits, and finds the session that is opened.
create function local_record_login(p_org_id uuid, p_user_id uuid, p_email_key text, p_password_changed_at timestamptz,
                                   p_revision integer, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  perform from organizations o where o.org_id = p_org_id and o.revision = p_revision for share;
  if not found then
    raise exception using errcode = 'RC001', message = 'decided with a revision that is not live any more';
  end if;
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
    for no key update;
  if not found or not exists (
    select from local_accounts l
    where l.org_id = p_org_id and l.user_id = p_user_id and l.password_hash is not null
      and l.password_changed_at = p_password_changed_at)
  then
    return false;
  end if;
  update users u set status = 'active', updated_at = p_now
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status = 'invited';
  return true;
end
$$;

-- Deletes links and sign-ins that are over, and devices that nobody has used for a year.
create function purge_local_sign_ins(p_org_ids uuid[], p_now timestamptz) returns bigint language plpgsql as $$
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
    delete from known_devices d where d.org_id = v_org_id and d.last_seen_at <= p_now - interval '1 year';
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

-- Opens sessions, records flows and appends audit events, in this order; the caller's transaction has set the organization.
-- Fails when the IdP of a session was disabled or removed meanwhile, or the revision by which a password opens one was replaced:
-- COMMIT is on its way already, and must not find anything. True else, for the callers of the function that this one replaces.
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
      "openedAt" timestamptz, "expiresAt" timestamptz, "idleSeconds" integer, announcement jsonb, revision integer)
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

-- The live session with what its user holds now, or null; at most once a minute its idle end moves on. One that a password opened
-- has no identity provider to hold it to: the apply that closes this door deletes it.
create or replace function session_check(p_org_id uuid, p_token_hash bytea, p_now timestamptz) returns json language plpgsql as $$
declare
  v_session sessions;
  v_idle_end timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_session from sessions s
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now
      and (s.identity_provider = '@password' or exists (
        select from identity_provider_metadata m
        where m.org_id = p_org_id and m.identity_provider = s.identity_provider and m.enabled));
  if not found then
    return null;
  end if;
  v_idle_end := p_now + make_interval(secs => v_session.idle_seconds);
  if v_idle_end >= v_session.idle_expires_at + interval '1 minute' then
    update sessions s set idle_expires_at = v_idle_end where s.org_id = p_org_id and s.token_hash = p_token_hash;
  else
    v_idle_end := v_session.idle_expires_at;
  end if;
  return (
    select json_build_object(
      'organization', o.name, 'userId', u.user_id, 'email', u.email, 'displayName', u.display_name,
      'identityProvider', v_session.identity_provider,
      'grants', (
        select coalesce(json_object_agg(h.scope, h.roles order by h.scope), '{}')
        from (select g.scope, json_agg(g.role order by g.role) as roles
                from grants g where g.org_id = p_org_id and g.user_id = v_session.user_id group by g.scope) h),
      'groups', (
        select coalesce(json_agg(m.group_name order by m.group_name), '[]')
        from memberships m where m.org_id = p_org_id and m.user_id = v_session.user_id),
      'expiresAt', least(v_session.expires_at, v_idle_end))
    from users u, organizations o
    where u.org_id = p_org_id and u.user_id = v_session.user_id and u.status = 'active' and o.org_id = p_org_id);
end
$$;
`,
};
