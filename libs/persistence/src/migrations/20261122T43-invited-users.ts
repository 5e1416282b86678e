import type { SqlMigration } from './sql-migration.ts';

/**
 * Users who are `invited` become `active` by their first login. A login stores nothing of a user who was deactivated, or whom
 * the directory came to decide for, since it looked: it says `overtaken`.
 */
export const invitedUsers: SqlMigration = {
  name: '20261122T43-invited-users',
  sql: `
drop function store_login(uuid, uuid, text, text, text, text, text, text, text, jsonb, timestamptz, integer, jsonb, jsonb);

-- A login of a user who is known: what the identity provider said, then what it gives. The user's row is locked by the first,
-- so the second sees what the lock waited for. p_takes_over: the document has no directory (any more).
create function store_login(p_org_id uuid, p_user_id uuid, p_email text, p_given_name text, p_family_name text,
                            p_display_name text, p_identity_provider text, p_name_id_format text, p_name_id text,
                            p_facts jsonb, p_now timestamptz, p_takes_over boolean, p_revision integer, p_grants jsonb,
                            p_memberships jsonb)
returns table (change text, user_id uuid, scope text, role text, group_name text)
language plpgsql as $$
#variable_conflict use_column
begin
  with identity as (
    update identities set facts = p_facts, last_login_at = p_now
    where org_id = p_org_id and identity_provider = p_identity_provider and name_id_format = p_name_id_format
      and name_id = p_name_id and user_id = p_user_id
  )
  update users
  set status = 'active', email = p_email, given_name = p_given_name, family_name = p_family_name,
      display_name = p_display_name, deciding_identity_provider = p_identity_provider,
      deciding_name_id_format = p_name_id_format, deciding_name_id = p_name_id, updated_at = p_now
  where org_id = p_org_id and user_id = p_user_id and status <> 'disabled'
    and (p_takes_over or deciding_identity_provider is distinct from '@directory');
  if not found then
    return query select 'overtaken', p_user_id, null::text, null::text, null::text;
    return;
  end if;
  return query select * from replace_grants(p_org_id, array[p_user_id], p_revision, p_grants, p_memberships, p_now);
end
$$;
`,
};
