import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface UserPage {
  readonly users: readonly { readonly email: string }[];
  readonly nextCursor: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  const { database } = api.database;
  const create = async (name: string, nameId: string) => {
    const organizationId = (await database.registry.record(name))?.organizationId ?? '';
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: nameId } };
    const profile = { email: `${nameId}@${name}.example` };
    await database.inOrganization(organizationId, (tx) => tx.createUser(subject, profile, {}, new Date()));
  };
  for (const nameId of ['eve', 'bob', 'ann']) await create('acme', nameId);
  await create('globex', 'gus');
});
afterAll(() => api?.close());

const users = (query = '', token?: string) =>
  (token === undefined ? api.client : api.client.with(token)).call<UserPage & ErrorBody>(
    'GET',
    `/v1/organizations/acme/users${query}`,
  );

it('lists the users of the organization alone, page by page', async () => {
  const seen: string[] = [];
  for (let query: string | undefined = '?limit=2'; query !== undefined;) {
    const { status, json } = await users(query);
    expect([status, mistakes('UserPage', json)]).toEqual([200, []]);
    seen.push(...json.users.map(({ email }) => email));
    query = json.nextCursor === null ? undefined : `?limit=2&cursor=${json.nextCursor}`;
  }
  expect(seen).toEqual(['eve@acme.example', 'bob@acme.example', 'ann@acme.example']);
});

it.each(['?cursor=x', '?limit=1001', '?limit=0', '?cursor=a&cursor=b', '?email=eve'])('refuses %s', async (query) => {
  const { status, json } = await users(query);
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
});

it('needs a right of its own', async () => {
  const pipeline = await api.token(['organizations.read', 'plan', 'apply', 'flows.read', 'directory.read']);
  expect((await users('', pipeline)).status).toBe(403);
  expect((await users('', await api.token(['users.read']))).status).toBe(200);
});
