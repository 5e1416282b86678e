import { connected, document, METADATA_XML, NOW, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { LIST_USERS } from './user-list.ts';

const test = useTestDatabase();
let acme: string;
let globex: string;

beforeAll(async () => {
  const seed = (name: string) => seedOrganization(test.current.database, document(name), { metadataXml: METADATA_XML });
  [acme, globex] = [(await seed('acme')).id, (await seed('globex')).id];
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
