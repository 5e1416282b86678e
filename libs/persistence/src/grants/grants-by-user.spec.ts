import pg from 'pg';
import type { DecidedGrant, DecidedMembership } from '@rolecall/role-mapping';
import { inOrganization } from '../logins/organization-transaction.ts';
import { connected, document, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const sources = [{ kind: 'rule' as const, name: 'r' }];
const grant = (role: string): DecidedGrant => ({ scope: 'account/main', role, sources });
const member = (group: string): DecidedMembership => ({ group, sources });

/** So many that PostgreSQL takes its time, and too few for it to look for another way by itself. */
const OTHERS = 2_000;

it('are written by a login without a look at those of others', async () => {
  const { id } = await seedOrganization(test.current.database, document('many', OKTA), { metadataXml: METADATA_XML });
  await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(
      `with others as (
         insert into users (org_id, user_id, status, created_at, updated_at)
         select $1, gen_random_uuid(), 'active', now(), now() from generate_series(1, $2::int) returning user_id
       ), groups as (
         insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
         select $1, user_id, 'dev', '[]', 1, now() from others
       )
       insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
       select $1, user_id, 'account/main', role, '[]', 1, now() from others, unnest(array['admin', 'member']) role`,
      [id, OTHERS],
    );
    await owner.query('analyze users, grants, memberships');
  });
  const pool = new pg.Pool({ connectionString: test.current.url, max: 1, pipeline: true });
  const client = await pool.connect();
  client.release();
  const wholeReads = await inOrganization(pool, undefined, id, async (tx) => {
    const access = { revision: 1, grants: [grant('admin')], groups: [member('dev')] };
    const { user } = await tx.createUser(subject('eve'), {}, {}, NOW, access);
    const login = { userId: user.userId, subject: subject('eve'), profile: {}, facts: {}, now: NOW };
    const changes = await tx.storeLogin(login, 1, [grant('admin'), grant('member')], [member('vip')]);
    expect(changes).toEqual({
      granted: [{ scope: 'account/main', role: 'member' }],
      revoked: [],
      joined: ['vip'],
      left: ['dev'],
    });
    const { rows } = await client.query(
      `select relname, seq_scan from pg_stat_xact_user_tables where relname in ('grants', 'memberships') order by 1`,
    );
    return rows;
  });
  await pool.end();
  expect(wholeReads).toEqual([
    { relname: 'grants', seq_scan: '0' },
    { relname: 'memberships', seq_scan: '0' },
  ]);
});
