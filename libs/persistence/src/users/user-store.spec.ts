import {
  connected,
  document,
  METADATA_XML,
  NOW,
  seedAcmeAndGlobex,
  subject,
  useTestDatabase,
} from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { actor, CREATE, decideBy, userBody } from '../testing/directory.ts';
import type { UserFilter } from '../stores.ts';
import { LIST_USERS, listUsersBy } from './list-statements.ts';

const test = useTestDatabase();
let acme: string;
let globex: string;

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
  for (const [organization, name] of [
    [acme, 'eve'],
    [acme, 'bob'],
    [acme, 'ann'],
    [globex, 'gus'],
  ] as const) {
    const profile = { email: `${name}@example.com`, givenName: name };
    await test.current.database.inOrganization(organization, (tx) => tx.createUser(subject(name), profile, {}, NOW));
  }
});

it('lists the users of the organization alone, page by page, each once', async () => {
  const seen: (string | null)[] = [];
  let after: string | undefined;
  do {
    const page = await test.current.database.users.page(acme, { limit: 2, ...(after !== undefined && { after }) });
    expect(page.users.length).toBeLessThanOrEqual(2);
    seen.push(...page.users.map(({ email }) => email));
    after = page.nextCursor;
  } while (after !== undefined);
  expect(seen).toEqual(['eve@example.com', 'bob@example.com', 'ann@example.com']);
});

it('has names, status, identity providers, grants and groups of each', async () => {
  const { users } = await test.current.database.users.page(globex, { limit: 10 });
  expect(users).toEqual([
    {
      userId: expect.any(String),
      status: 'active',
      email: 'gus@example.com',
      givenName: 'gus',
      familyName: null,
      displayName: null,
      managed: false,
      identityProviders: ['okta'],
      grants: [],
      groups: [],
    },
  ]);
});

it('begins nowhere after a cursor that is none', async () => {
  expect(await test.current.database.users.page(acme, { limit: 10, after: "x' or true" })).toEqual({
    users: [],
    nextCursor: undefined,
  });
});

it('shows nothing without the organization of the transaction', async () => {
  const values = [acme, '00000000-0000-0000-0000-000000000000', 10];
  const { rows } = await connected(test.current.url, (client) => client.query(LIST_USERS.text, values));
  expect(rows).toEqual([]);
});

describe('a narrower list', () => {
  let org: string;
  beforeAll(async () => {
    const { database, ownerUrl } = test.current;
    org = (await seedOrganization(database, document('initech'), { metadataXml: METADATA_XML })).id;
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    for (const [name, role, group] of [
      ['eve', 'member', 'vip'],
      ['bob', 'member', 'dev'],
      ['ann', 'sso_admin', 'vip'],
      ['zoe', 'sso_admin', 'dev'],
    ] as const) {
      await database.inOrganization(org, async (tx) => {
        const { user } = await tx.createUser(subject(name), { email: `${name}@Acme.example` }, {}, NOW);
        const grants = ['account/main', 'project/eu'].map((scope) => ({ scope, role, sources }));
        await tx.replaceGrants(user.userId, 1, grants, [{ group, sources }], NOW);
      });
    }
    await database.directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
    await connected(ownerUrl, (owner) =>
      owner.query(`update users set status = 'disabled' where org_id = $1 and email like 'zoe%'`, [org]),
    );
  });

  const named = async (filter: UserFilter) => {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await test.current.database.users.page(org, {
        ...filter,
        limit: 1,
        ...(after !== undefined && { after }),
      });
      names.push(...page.users.map(({ email }) => email?.split('@')[0] ?? ''));
      after = page.nextCursor;
    } while (after !== undefined);
    return names.join(' ');
  };

  it.each<[UserFilter, string]>([
    [{ email: 'EVE@acme.example' }, 'eve'],
    [{ email: "eve@acme.example' or true" }, ''],
    [{ role: 'member' }, 'eve bob'],
    [{ group: 'vip' }, 'eve ann'],
    [{ status: 'disabled' }, 'zoe'],
    [{ status: 'invited' }, 'dan'],
    [{ managed: true }, 'dan'],
    [{ managed: false }, 'eve bob ann zoe'],
    [{ role: 'sso_admin', group: 'dev' }, 'zoe'],
    [{ role: 'sso_admin', status: 'active' }, 'ann'],
    [{ email: 'ann@acme.example', status: 'active', role: 'sso_admin', group: 'vip', managed: false }, 'ann'],
    [{ status: 'invited', managed: true }, 'dan'],
    [{ status: 'active', managed: true }, ''],
    [{ role: 'nobody-has-it' }, ''],
  ])('%j: %s', async (filter, expected) => {
    expect(await named(filter)).toBe(expected);
  });

  it.each<[UserFilter, string]>([
    [{ role: 'member' }, 'grants_role'],
    [{ group: 'vip' }, 'memberships_group_user'],
    [{ status: 'active' }, 'users_status'],
    [{ managed: true }, 'directory_users_pkey'],
    [{ managed: false }, 'users_unmanaged'],
  ])('walks an index from the cursor on, and reads no other user: %j', async (filter, index) => {
    const { statement, values } = listUsersBy(filter);
    const plan = await connected(test.current.url, async (client) => {
      await client.query(`begin; select set_config('rolecall.organization_id', '${org}', true); set local enable_seqscan = off;
          set local enable_bitmapscan = off`);
      const literal = [org, '00000000-0000-0000-0000-000000000000', '10', ...values].map((value) => `'${value}'`);
      const text = statement.text.replaceAll(/\$(\d)/g, (_, n: string) => literal[Number(n) - 1] ?? '');
      return (await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`)).rows
        .map((row) => row['QUERY PLAN'])
        .join('\n');
    });
    expect(plan).toMatch(new RegExp(`Index (?:Only )?Scan using ${index} on \\w+ l\\b[^>]*user_id > `));
  });
});
