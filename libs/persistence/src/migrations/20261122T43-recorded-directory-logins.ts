import type { SqlMigration } from './sql-migration.ts';

/** A login of a user of the directory: it says that the user was here, and nothing else. */
export const directoryLogins: SqlMigration = {
  name: '20261122T43-recorded-directory-logins',
  sql: `
-- Locks the user's row, as every login does, until its session is committed: a deactivation comes before or after it. p_links:
-- the subject is nobody's yet. False = the user is disabled by now, or has another subject of this identity provider.
create function record_directory_login(p_org_id uuid, p_user_id uuid, p_identity_provider text, p_name_id_format text,
                                       p_name_id text, p_now timestamptz, p_links boolean) returns boolean
language plpgsql as $$
begin
  update users set status = 'active' where org_id = p_org_id and user_id = p_user_id and status <> 'disabled';
  if not found then
    return false;
  end if;
  if p_links then
    insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
      select p_org_id, p_user_id, p_identity_provider, p_name_id_format, p_name_id, '{}', p_now
      where not exists (
        select from identities
        where org_id = p_org_id and user_id = p_user_id and identity_provider = p_identity_provider)
      on conflict do nothing;
  else
    update identities set last_login_at = p_now
    where org_id = p_org_id and identity_provider = p_identity_provider and name_id_format = p_name_id_format
      and name_id = p_name_id and user_id = p_user_id;
  end if;
  return found;
end
$$;
`,
};
