import type { SqlMigration } from './sql-migration.ts';

/** Users of one organization who are created at one moment come together: one statement, and one turn at the counters and the audit log. */
export const creationsTogether: SqlMigration = {
  name: '20261122T97-creations-together',
  sql: `
drop function directory_create_user(uuid, jsonb, jsonb, text, jsonb, timestamptz);

-- Creates users by the rules of p_revision, as if one came after the other. p_users: of each user, access, adoptEmail, events and now, as
-- directory_create_user takes them. A row for each, whose position counts from 1.
create function directory_create_users(p_org_id uuid, p_revision integer, p_users jsonb)
returns table ("position" bigint, outcome text, user_id uuid, attribute text)
language plpgsql set lock_timeout = '10s' set plan_cache_mode = 'force_generic_plan' as $$
declare
  v_user jsonb;
  v_users integer := 0;
  v_active integer := 0;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  -- what inserting locks as well, before any user: an apply that re-derives waits for this, or this for it
  perform from organizations o where o.org_id = p_org_id for key share;
  perform directory_require_revision(p_org_id, p_revision);
  -- in the order of names, of which each waits for who takes it at this moment: two such statements never wait for each other
  for "position", v_user in
    select u.n, u.value from jsonb_array_elements(p_users) with ordinality as u(value, n)
    order by u.value->'user'->>'userNameKey' collate "C", u.n
  loop
    select c.outcome, c.user_id, c.attribute into outcome, user_id, attribute
    from directory_create_user(p_org_id, v_user->'user', v_user->'access', v_user->>'adoptEmail', (v_user->>'now')::timestamptz) c;
    if outcome = 'created' then
      v_users := v_users + 1;
      v_active := v_active + (v_user->'user'->>'active')::boolean::integer;
      v_events := v_events || (v_user->'events');
    end if;
    return next;
  end loop;
  -- last, since they hold up everything else of the organization
  if v_users > 0 then
    perform directory_count(p_org_id, v_users, v_active, 0);
    perform audit_append(p_org_id, v_events);
  end if;
end
$$;

-- One of them. Counting and its events are the caller's. 'conflict' and 'inactive' name the user it met, 'adoptable' whom the directory may take
-- over, 'domain_of_another' and all of these wrote nothing.
create function directory_create_user(p_org_id uuid, p_user jsonb, p_access jsonb, p_adopt_email text, p_now timestamptz)
returns table (outcome text, user_id uuid, attribute text)
language plpgsql as $$
#variable_conflict use_column
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_met record;
  v_adoptable uuid;
begin
  if directory_is_domain_of_another(p_org_id, p_user->>'emailDomain') then
    return query select 'domain_of_another', v_user_id, 'emails';
    return;
  end if;
  select * into v_met from directory_met(p_org_id, p_user->>'userNameKey', p_user->>'externalId');
  if found then
    return query select case when v_met.active then 'conflict' else 'inactive' end, v_met.user_id, v_met.attribute;
    return;
  end if;
  if p_adopt_email is not null then
    v_adoptable := directory_adoptable(p_org_id, p_adopt_email);
    if v_adoptable is not null then
      return query select 'adoptable', v_adoptable, 'emails';
      return;
    end if;
  end if;

  insert into users (org_id, user_id, status, email, given_name, family_name, display_name, deciding_identity_provider,
                     deciding_name_id_format, deciding_name_id, created_at, updated_at)
  values (p_org_id, v_user_id, case when v_active then 'invited' else 'disabled' end, p_access->'profile'->>'email',
          p_access->'profile'->>'givenName', p_access->'profile'->>'familyName', p_access->'profile'->>'displayName',
          '@directory', 'scim', v_user_id::text, p_now, p_now);
  insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
                               version, decides, created_at, modified_at)
  values (p_org_id, v_user_id, p_user->>'userName', p_user->>'userNameKey', p_user->>'externalId', v_active,
          p_user->>'displayNameKey', p_user->'body', p_user->'folded', 1, true, p_now, p_now)
  on conflict (org_id, user_name_key) do nothing;
  if not found then
    -- somebody created the same user at this moment
    delete from users u where u.org_id = p_org_id and u.user_id = v_user_id;
    return query select 'conflict', v_user_id, 'userName';
    return;
  end if;
  perform directory_write_emails(p_org_id, v_user_id, p_user->'emails');
  perform directory_write_access(p_org_id, v_user_id, p_access, p_now);
  return query select 'created', v_user_id, null::text;
end
$$;
`,
};
