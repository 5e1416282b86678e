import type { SqlMigration } from './sql-migration.ts';

/**
 * What one user costs does not hang on how many there are. Statements inside these functions name single rows by key, so one plan serves
 * every call; PostgreSQL would plan anew for the arrays in them, which cost more than to run them. The brake counts no further than it
 * must.
 */
export const plansOnce: SqlMigration = {
  name: '20261122T61-plans-once',
  sql: `
alter function directory_user(uuid, uuid) set plan_cache_mode = 'force_generic_plan';
alter function directory_create_user(uuid, jsonb, jsonb, text, jsonb, timestamptz) set plan_cache_mode = 'force_generic_plan';
alter function directory_replace_user(uuid, bigint, jsonb, jsonb, jsonb, jsonb, timestamptz)
  set plan_cache_mode = 'force_generic_plan';
alter function directory_member_states(uuid, uuid, uuid[], uuid[]) set plan_cache_mode = 'force_generic_plan';
alter function directory_change_members(uuid, uuid, jsonb, integer, jsonb, jsonb, jsonb, timestamptz)
  set plan_cache_mode = 'force_generic_plan';

-- How many active users may go within the window: of those who were there before it.
create function directory_may_go(p_org_id uuid, p_brake jsonb, p_offboarded integer, p_since timestamptz) returns integer
language plpgsql stable as $$
declare
  v_share integer := p_brake->'share';
  v_active integer;
begin
  select d.active_users into v_active from directories d where d.org_id = p_org_id;
  v_active := v_active - (select count(*) from directory_users u
                          where u.org_id = p_org_id and u.created_at > p_since and u.active);
  return greatest((p_brake->'atLeast')::integer, (v_active + p_offboarded) * v_share / 100);
end
$$;

-- Whether so many users who came before the window are active that one more may go, without counting further. False = they may be too
-- few, or more than are worth looking at: then they are counted.
create function directory_surely_may_go(p_org_id uuid, p_brake jsonb, p_offboarded integer, p_since timestamptz) returns boolean
language plpgsql stable as $$
declare
  v_needed integer := ceil((p_offboarded + 1) * 100.0 / (p_brake->'share')::integer) - p_offboarded;
begin
  return p_offboarded < (p_brake->'atLeast')::integer or v_needed <= 1000 and v_needed = (
    select count(*) from (
      select from directory_users u where u.org_id = p_org_id and u.created_at <= p_since and u.active
      order by u.created_at limit greatest(v_needed, 0)) u);
end
$$;

-- Why an active user may not go now, or null. The directory's row stays locked, so everybody who goes is counted before the next.
-- p_brake: share (percent), atLeast, windowSeconds; without share there is no brake. Its share is of those who were there before the
-- window: who may create users could have anybody go else.
create or replace function directory_brake(p_org_id uuid, p_user_id uuid, p_brake jsonb, p_now timestamptz)
returns table (reason text, offboarded integer, allowed integer)
language plpgsql as $$
declare
  v_since timestamptz := p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
begin
  perform directory_lock_counters(p_org_id);
  if exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and directory_last_sso_admin(p_org_id, array[p_user_id], v_since) is not null
  then
    return query select 'last_sso_admin', 0, 0;
    return;
  end if;
  if p_brake->'share' is null then
    return;
  end if;
  select count(*) into offboarded from offboarding_receipts r
    where r.org_id = p_org_id and r.at > v_since and r.was_active;
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
`,
};
