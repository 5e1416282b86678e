import type { SqlMigration } from './sql-migration.ts';

/** Users of one organization who are switched off at one moment go together: one statement, and one turn at the counters and the audit log. */
export const deactivationsTogether: SqlMigration = {
  name: '20261122T82-deactivations-together',
  sql: `
drop function directory_deactivate_user(uuid, uuid, integer, jsonb, jsonb, timestamptz);

-- Switches active users off, one after the other, for an organization of whose rules none asks for 'active': what they hold stays what their
-- facts give. The same is written as by directory_replace_user with each body. p_users: of each userId, off (receiptId, actor, brake), events
-- and now. A row per user in their order, with the outcome 'replaced' and the user as it is now; 'unchanged' with the user, who was off;
-- 'unknown'; 'to_decide' when only the long way can say what happens: the brake holds it, or the directory has not decided about the user
-- yet; or 'busy', unless p_waits, of a user whom somebody else is changing or whom nobody knows. But for the first, nothing is written.
-- p_waits is for one user: to wait for one while others are held could be to wait for each other.
create function directory_deactivate_users(p_org_id uuid, p_revision integer, p_users jsonb, p_waits boolean) returns setof jsonb
language plpgsql set lock_timeout = '10s' set plan_cache_mode = 'force_generic_plan' as $$
declare
  v_ids uuid[] := array(select (u->>'userId')::uuid from jsonb_array_elements(p_users) u);
  v_user jsonb;
  v_result jsonb;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_waits then
    perform directory_lock_users(p_org_id, v_ids);
  else
    v_ids := array(
      select u.user_id from users u where u.org_id = p_org_id and u.user_id = any(v_ids) for no key update skip locked);
  end if;
  for v_user in select u from jsonb_array_elements(p_users) u loop
    if (v_user->>'userId')::uuid = any(v_ids) then
      v_result := directory_deactivate_user(p_org_id, p_revision, (v_user->>'userId')::uuid, v_user->'off',
        (v_user->>'now')::timestamptz);
    else
      v_result := '{"outcome": "busy"}';
    end if;
    if v_result->>'outcome' = 'replaced' then
      v_events := v_events || (v_user->'events');
    end if;
    return next v_result;
  end loop;
  -- last, since it holds up everything else of the organization
  if v_events <> '[]' then
    perform audit_append(p_org_id, v_events);
  end if;
end
$$;

-- One of them, who is locked. Its events are the caller's to write.
create function directory_deactivate_user(p_org_id uuid, p_revision integer, p_user_id uuid, p_off jsonb, p_now timestamptz)
returns jsonb language plpgsql as $$
declare
  v_now directory_users;
begin
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
  return directory_shown_user('replaced', v_now);
end
$$;
`,
};
