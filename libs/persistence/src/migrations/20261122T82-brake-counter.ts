import type { SqlMigration } from './sql-migration.ts';

/** The brake knows how many went without counting them anew at each that goes. */
export const brakeCounter: SqlMigration = {
  name: '20261122T82-brake-counter',
  sql: `
-- offboarded: how many active users went after offboarded_since, a moment that the brake moves along with its window. Nobody has gone
-- after the end of time, so that this is true of every organization, whatever its receipts are.
alter table directories
  add column offboarded integer not null default 0,
  add column offboarded_since timestamptz(3) not null default 'infinity';

-- As before. In PL/pgSQL, which plans once per connection and not at each call.
create or replace function directory_count(p_org_id uuid, p_users integer, p_active_users integer, p_groups integer) returns void
language plpgsql as $$
begin
  insert into directories as d (org_id, users, active_users, groups)
  values (p_org_id, p_users, p_active_users, p_groups)
  on conflict (org_id) do update
  set users = d.users + excluded.users, active_users = d.active_users + excluded.active_users,
      groups = d.groups + excluded.groups;
end
$$;

-- Whoever asks the brake holds this row until it has counted: of those who go at the same moment, each sees those before it.
drop function directory_lock_counters(uuid);
create function directory_lock_counters(p_org_id uuid) returns directories language plpgsql as $$
declare
  v_counters directories;
begin
  select * into v_counters from directories d where d.org_id = p_org_id for no key update;
  if not found then
    perform directory_count(p_org_id, 0, 0, 0);
    select * into strict v_counters from directories d where d.org_id = p_org_id for no key update;
  end if;
  return v_counters;
end
$$;

-- How many active users went after p_since. Only the receipts between the moment that the counter is of and p_since are read, each of them
-- once for a window that moves on; exact for one that moves back, too, or becomes longer. p_counters: the row, locked.
create function directory_offboarded(p_counters directories, p_since timestamptz) returns integer language plpgsql as $$
declare
  v_between integer;
  v_counted integer;
begin
  if p_since >= p_counters.offboarded_since then
    select count(*) into v_between from offboarding_receipts r
      where r.org_id = p_counters.org_id and r.at > p_counters.offboarded_since and r.at <= p_since and r.was_active;
    v_counted := p_counters.offboarded - v_between;
  else
    select count(*) into v_between from offboarding_receipts r
      where r.org_id = p_counters.org_id and r.at > p_since and r.at <= p_counters.offboarded_since and r.was_active;
    v_counted := p_counters.offboarded + v_between;
  end if;
  if v_between > 0 or p_since > p_counters.offboarded_since + interval '1 minute' then
    update directories d set offboarded = v_counted, offboarded_since = p_since where d.org_id = p_counters.org_id;
  end if;
  return v_counted;
end
$$;

-- As before, by the counter.
create or replace function directory_brake(p_org_id uuid, p_user_id uuid, p_brake jsonb, p_now timestamptz)
returns table (reason text, offboarded integer, allowed integer)
language plpgsql as $$
declare
  v_since timestamptz := p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  v_counters directories := directory_lock_counters(p_org_id);
begin
  if exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and directory_last_sso_admin(p_org_id, array[p_user_id], v_since) is not null
  then
    return query select 'last_sso_admin', 0, 0;
    return;
  end if;
  if p_brake->'share' is null then
    return;
  end if;
  offboarded := directory_offboarded(v_counters, v_since);
  if directory_surely_may_go(p_org_id, p_brake, offboarded, v_since) then
    return;
  end if;
  allowed := directory_may_go(p_org_id, p_brake, offboarded, v_since);
  if offboarded >= allowed and not directory_is_released(p_org_id, 'mass_change', null, v_since) then
    reason := 'mass_change';
    return next;
  end if;
end
$$;

-- As before, and counts a user who was active.
create or replace function directory_offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_was_active boolean, p_receipt jsonb,
                                              p_now timestamptz)
returns offboarding_receipts language plpgsql as $$
begin
  if p_was_active then
    update directories d set offboarded = d.offboarded + 1 where d.org_id = p_org_id and d.offboarded_since < p_now;
  end if;
  return offboard(p_org_id, p_user_id, p_cause, p_was_active, p_receipt, p_now);
end
$$;

-- As before, with one change of the counters.
create or replace function directory_deactivate_user(p_org_id uuid, p_user_id uuid, p_revision integer, p_off jsonb, p_events jsonb,
                                                     p_now timestamptz)
returns jsonb
language plpgsql set lock_timeout = '10s' set plan_cache_mode = 'force_generic_plan' as $$
declare
  v_now directory_users;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id for no key update;
  select * into v_now from directory_users d where d.org_id = p_org_id and d.user_id = p_user_id;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if not v_now.active then
    return directory_shown_user('unchanged', v_now);
  end if;
  perform directory_require_revision(p_org_id, p_revision);
  if not v_now.decides or exists (select from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now)) then
    return jsonb_build_object('outcome', 'to_decide');
  end if;
  update identities i set facts = i.facts || '{"active": ["false"]}', last_login_at = p_now
    where i.org_id = p_org_id and i.identity_provider = '@directory' and i.name_id_format = 'scim'
      and i.name_id = p_user_id::text;
  if not found then
    return jsonb_build_object('outcome', 'to_decide');
  end if;

  update directory_users d
  set active = false, body = d.body || '{"active": false}', folded = d.folded || '{"active": false}', version = d.version + 1,
      modified_at = p_now
  where d.org_id = p_org_id and d.user_id = p_user_id
  returning * into v_now;
  update users u set status = 'disabled', updated_at = p_now where u.org_id = p_org_id and u.user_id = p_user_id;
  perform offboard(p_org_id, p_user_id, 'deactivated', true, p_off, p_now);
  update directories d set active_users = d.active_users - 1, offboarded = d.offboarded + (d.offboarded_since < p_now)::integer
    where d.org_id = p_org_id;
  perform audit_append(p_org_id, p_events);
  return directory_shown_user('replaced', v_now);
end
$$;
`,
};
