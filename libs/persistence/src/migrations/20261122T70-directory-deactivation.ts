import type { SqlMigration } from './sql-migration.ts';

/** What identity providers change most, in one statement: a user who is switched off, where nothing is to be decided about it. */
export const directoryDeactivation: SqlMigration = {
  name: '20261122T70-directory-deactivation',
  sql: `
-- Switches an active user off, for an organization of whose rules none asks for 'active': what it holds stays what its facts give. The same
-- is written as by directory_replace_user with that body. p_off: receipt, actor and brake. Outcome 'replaced' with the user as it is now;
-- 'unchanged' with the user, who was off; 'unknown'; or 'to_decide' when only the long way can say what happens: the brake holds it, or the
-- directory has not decided about the user yet. Nothing is written then.
create function directory_deactivate_user(p_org_id uuid, p_user_id uuid, p_revision integer, p_off jsonb, p_events jsonb,
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
  perform directory_offboard(p_org_id, p_user_id, 'deactivated', true, p_off, p_now);
  perform directory_count(p_org_id, 0, -1, 0);
  perform audit_append(p_org_id, p_events);
  return directory_shown_user('replaced', v_now);
end
$$;

-- What a client sees of a user, instants in milliseconds since 1970, groups as a look-up has them.
create function directory_shown_user(p_outcome text, p_user directory_users) returns jsonb language plpgsql stable as $$
begin
  return jsonb_build_object('outcome', p_outcome, 'body', p_user.body, 'version', p_user.version,
    'created', (extract(epoch from p_user.created_at) * 1000)::bigint,
    'modified', (extract(epoch from p_user.modified_at) * 1000)::bigint,
    'groups', (
      select coalesce(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name) order by g.group_id), '[]')
      from directory_members m join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
      where m.org_id = p_user.org_id and m.user_id = p_user.user_id));
end
$$;
`,
};
