import type { SqlMigration } from './sql-migration.ts';

/**
 * Users of the directory: each write is one round trip, a transaction of its own. Everything locks in the same order: users by id,
 * then groups by id, then the directory's counters, then the head of the audit chain.
 *
 * p_user is what `userColumns` makes of a body, p_access what `accessColumns` makes of a decision.
 */
export const directoryUsers: SqlMigration = {
  name: '20261122T40-directory-users',
  sql: `
-- What is said of users and what they hold. Changes nothing, so it sees the moment of the statement that asks.
create function directory_user_states(p_org_id uuid, p_user_ids uuid[])
returns table (user_id uuid, body jsonb, version bigint, created_at timestamptz, modified_at timestamptz, groups jsonb,
               grants jsonb, memberships jsonb)
language sql stable as $$
  select u.user_id, u.body, u.version, u.created_at, u.modified_at,
    (select coalesce(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name,
              'externalId', g.external_id, 'formerNames', g.former_names) order by g.group_id), '[]')
       from directory_members m
       join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
       where m.org_id = p_org_id and m.user_id = u.user_id),
    (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role)), '[]')
       from grants g where g.org_id = p_org_id and g.user_id = u.user_id),
    (select coalesce(jsonb_agg(m.group_name), '[]')
       from memberships m where m.org_id = p_org_id and m.user_id = u.user_id)
  from directory_users u
  where u.org_id = p_org_id and u.user_id = any(p_user_ids)
$$;

create function directory_user(p_org_id uuid, p_user_id uuid)
returns table (user_id uuid, body jsonb, version bigint, created_at timestamptz, modified_at timestamptz, groups jsonb,
               grants jsonb, memberships jsonb, revision integer)
language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    select s.*, o.revision
    from directory_user_states(p_org_id, array[p_user_id]) s, organizations o
    where o.org_id = p_org_id;
end
$$;

-- Whoever decided by another revision than the live one has to decide anew. The caller holds the lock that an apply waits for.
create function directory_require_revision(p_org_id uuid, p_revision integer) returns void language plpgsql as $$
declare
  v_live integer;
begin
  select o.revision into v_live from organizations o where o.org_id = p_org_id;
  if v_live is distinct from p_revision then
    raise exception 'decided with revision %, the live one is %', p_revision, coalesce(v_live::text, 'gone')
      using errcode = 'RC001';
  end if;
end
$$;

-- Last but for the audit chain, since everybody who changes the directory waits here.
create function directory_count(p_org_id uuid, p_users integer, p_active_users integer, p_groups integer)
returns void language sql as $$
  insert into directories as d (org_id, users, active_users, groups)
  values (p_org_id, p_users, p_active_users, p_groups)
  on conflict (org_id) do update
  set users = d.users + excluded.users, active_users = d.active_users + excluded.active_users,
      groups = d.groups + excluded.groups
$$;

create function directory_write_emails(p_org_id uuid, p_user_id uuid, p_emails jsonb) returns void language sql as $$
  delete from directory_emails where org_id = p_org_id and user_id = p_user_id;
  insert into directory_emails (org_id, user_id, position, value_key, type_key, is_primary)
  select p_org_id, p_user_id, e.position, e."valueKey", e."typeKey", e."isPrimary"
  from jsonb_to_recordset(p_emails) as e(position integer, "valueKey" text, "typeKey" text, "isPrimary" boolean)
$$;

-- What the directory says is the facts of an identity, as a login's facts are; p_access without grants leaves what is held.
create function directory_write_access(p_org_id uuid, p_user_id uuid, p_access jsonb, p_now timestamptz)
returns void language plpgsql as $$
begin
  insert into identities (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  values (p_org_id, '@directory', 'scim', p_user_id::text, p_user_id, p_access->'facts', p_now)
  on conflict (org_id, identity_provider, name_id_format, name_id) do update
  set facts = excluded.facts, last_login_at = excluded.last_login_at;
  if p_access->'grants' is not null then
    perform replace_grants(p_org_id, array[p_user_id], (p_access->>'revision')::integer, p_access->'grants',
                           p_access->'memberships', p_now);
  end if;
end
$$;

-- Whom a create meets: the user with its userName, else an inactive one with its externalId.
create function directory_met(p_org_id uuid, p_user_name_key text, p_external_id text)
returns table (user_id uuid, attribute text, active boolean) language sql stable as $$
  (select u.user_id, 'userName', u.active from directory_users u
     where u.org_id = p_org_id and u.user_name_key = p_user_name_key)
  union all
  (select u.user_id, 'externalId', false from directory_users u
     where u.org_id = p_org_id and u.external_id = p_external_id and not u.active
     order by u.user_id::text limit 1) -- a text, lest the key of ids be walked for want of a match
  limit 1
$$;

create function directory_is_domain_of_another(p_org_id uuid, p_domain text) returns boolean language sql stable as $$
  select exists (select from email_domains d where d.domain = p_domain and d.org_id <> p_org_id)
$$;

-- 'created'; or what was met: 'conflict' and 'inactive' with that user, 'adoptable' with the one user who has the address,
-- 'domain_of_another'. Nothing is written then.
create function directory_create_user(p_org_id uuid, p_user jsonb, p_access jsonb, p_adopt_email text, p_events jsonb,
                                      p_now timestamptz)
returns table (outcome text, user_id uuid, attribute text)
language plpgsql as $$
#variable_conflict use_column
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_met record;
  v_adoptable uuid[];
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  -- what inserting locks as well, before any user: an apply that re-derives waits for this, or this for it
  perform from organizations o where o.org_id = p_org_id for key share;
  perform directory_require_revision(p_org_id, (p_access->>'revision')::integer);
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
    v_adoptable := array(
      select u.user_id from users u
      where u.org_id = p_org_id and lower(u.email) = lower(p_adopt_email) and u.status <> 'disabled'
        and not exists (select from directory_users d where d.org_id = p_org_id and d.user_id = u.user_id)
      limit 2);
    if cardinality(v_adoptable) = 1 then
      return query select 'adoptable', v_adoptable[1], 'emails';
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
  perform directory_count(p_org_id, 1, v_active::integer, 0);
  perform audit_append(p_org_id, p_events);
  return query select 'created', v_user_id, null::text;
end
$$;

-- Gives a user who exists a directory row; its access, its profile and what decides them stay. False when it has one by now.
create function directory_adopt_user(p_org_id uuid, p_user_id uuid, p_user jsonb, p_access jsonb, p_events jsonb,
                                     p_now timestamptz)
returns boolean language plpgsql as $$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from organizations o where o.org_id = p_org_id for key share;
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' for no key update;
  if not found then
    return false;
  end if;
  insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
                               version, decides, created_at, modified_at)
  values (p_org_id, p_user_id, p_user->>'userName', p_user->>'userNameKey', p_user->>'externalId', true,
          p_user->>'displayNameKey', p_user->'body', p_user->'folded', 1, false, p_now, p_now)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  perform directory_write_emails(p_org_id, p_user_id, p_user->'emails');
  perform directory_write_access(p_org_id, p_user_id, p_access - 'grants', p_now);
  perform directory_count(p_org_id, 1, 1, 0);
  perform audit_append(p_org_id, p_events);
  return true;
end
$$;
`,
};
