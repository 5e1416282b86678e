import type { SqlMigration } from './sql-migration.ts';

/**
 * Users are found by address out of an index again. Row-level security lets no function that may tell of a row be asked of rows before it
 * has hidden those of others, and `lower` is such a one: with it in the comparison every user of the organization was read.
 */
export const addressesByIndex: SqlMigration = {
  name: '20261122T61-addresses-by-index',
  sql: `
alter table users add column email_key text generated always as (lower(email)) stored;
drop index users_email;
create index users_email on users (org_id, email_key);

-- Whether this would make the address of another user this user's; who shares one already keeps it.
create or replace function directory_takes_address(p_org_id uuid, p_user_id uuid, p_email text) returns boolean language sql stable as $$
  select exists (
      select from users u where u.org_id = p_org_id and u.email_key = lower(p_email) and u.user_id <> p_user_id)
    and not exists (
      select from users u where u.org_id = p_org_id and u.user_id = p_user_id and u.email_key = lower(p_email))
$$;

-- The one user without a directory row who has this address, or null.
create function directory_adoptable(p_org_id uuid, p_email text) returns uuid language plpgsql stable as $$
declare
  v_adoptable uuid[];
begin
  v_adoptable := array(
    select u.user_id from users u
    where u.org_id = p_org_id and u.email_key = lower(p_email) and u.status <> 'disabled'
      and not exists (select from directory_users d where d.org_id = p_org_id and d.user_id = u.user_id)
    limit 2);
  return case when cardinality(v_adoptable) = 1 then v_adoptable[1] end;
end
$$;

-- 'created'; or what was met: 'conflict' and 'inactive' with that user, 'adoptable' with the one user who has the address,
-- 'domain_of_another'. Nothing is written then.
create or replace function directory_create_user(p_org_id uuid, p_user jsonb, p_access jsonb, p_adopt_email text, p_events jsonb,
                                                 p_now timestamptz)
returns table (outcome text, user_id uuid, attribute text)
language plpgsql set lock_timeout = '10s' as $$
#variable_conflict use_column
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_met record;
  v_adoptable uuid;
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
  perform directory_count(p_org_id, 1, v_active::integer, 0);
  perform audit_append(p_org_id, p_events);
  return query select 'created', v_user_id, null::text;
end
$$;
`,
};
