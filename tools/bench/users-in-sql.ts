import pg from 'pg';

const BATCH = 50_000;

/**
 * Users of one organization as logins would have left them: each with an identity and its facts, and, one in ten, a grant of the
 * rule `admins-by-group`. Written in SQL: a million logins would take a day.
 */
export async function addUsers(
  ownerUrl: string,
  organization: string,
  users: number,
  tell: (added: number) => void,
): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const found = await owner.query<{ org_id: string }>('select org_id from organization_registry where name = $1', [
      organization,
    ]);
    const id = found.rows[0]?.org_id;
    if (id === undefined) throw new Error(`there is no organization ${organization}`);
    // nothing refers to what is not there: three million foreign keys need no look
    await owner.query('set session_replication_role = replica');
    for (let from = 0; from < users; from += BATCH) {
      await owner.query(ADD_USERS, [id, from, Math.min(from + BATCH, users) - 1, organization]);
      tell(Math.min(from + BATCH, users));
    }
    await owner.query('vacuum analyze users, identities, grants');
  } finally {
    await owner.end();
  }
}

const ADD_USERS = `
with people as (
  select n, uuidv7() as user_id, 'person' || n || '@' || $4::text || '.example' as email
  from generate_series($2::integer, $3::integer) n
), added as (
  insert into users (org_id, user_id, email, given_name, family_name, deciding_identity_provider, deciding_name_id_format,
    deciding_name_id, created_at, updated_at)
  select $1::uuid, user_id, email, 'Pat', 'Person ' || n, 'okta',
    'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'id-' || n, now(), now()
  from people
), linked as (
  insert into identities (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  select $1::uuid, 'okta', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'id-' || n, user_id,
    jsonb_build_object('email', email, 'firstName', 'Pat', 'lastName', 'Person ' || n, 'department', 'Engineering',
      'role_mapping', 'engineering',
      'groups', case when n % 10 = 0 then jsonb_build_array($4::text || '-admins', 'all') else jsonb_build_array('all', 'team-' || n % 60) end),
    now()
  from people
)
insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
select $1::uuid, user_id, scope, role, '[]', 1, now()
from people, (values ('account/main', 'campaign-creator'), ('project/shop', 'member'), ('account/main', 'sso_admin')) as g (scope, role)
where role <> 'sso_admin' or n % 10 = 0`;
