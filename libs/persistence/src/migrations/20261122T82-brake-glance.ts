import type { SqlMigration } from './sql-migration.ts';

/** The brake looks at who came within its window, who are few as a rule, before it looks for enough of those who were there before. */
export const brakeGlance: SqlMigration = {
  name: '20261122T82-brake-glance',
  sql: `
-- Whether one more active user may go, for sure: false says nothing. p_active: how many are active now. The share is of those of them
-- who were there before the window, and these settle it when they are as many as needed: a hundred of them are looked at, or those who came
-- within the window, or up to a thousand of the former, whatever there is less of.
drop function directory_surely_may_go(uuid, jsonb, integer, timestamptz);
create function directory_surely_may_go(p_org_id uuid, p_brake jsonb, p_offboarded integer, p_active integer, p_since timestamptz)
returns boolean language plpgsql stable set enable_seqscan = off as $$
declare
  v_needed integer := ceil((p_offboarded + 1) * 100.0 / (p_brake->'share')::integer) - p_offboarded;
  v_came integer;
begin
  if p_offboarded < (p_brake->'atLeast')::integer then
    return true;
  end if;
  if v_needed > p_active then
    return false;
  end if;
  if v_needed > 100 then
    select count(*) into v_came from (
      select from directory_users u where u.org_id = p_org_id and u.created_at > p_since and u.active
      order by u.created_at limit 1001) u;
    if v_came <= 1000 then
      return v_came <= p_active - v_needed;
    end if;
  end if;
  return v_needed <= 1000 and v_needed = (
    select count(*) from (
      select from directory_users u where u.org_id = p_org_id and u.created_at <= p_since and u.active
      order by u.created_at limit greatest(v_needed, 0)) u);
end
$$;

alter function directory_may_go(uuid, jsonb, integer, timestamptz) set enable_seqscan = off;

-- As before, with that.
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
  if directory_surely_may_go(p_org_id, p_brake, offboarded, v_counters.active_users, v_since) then
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
