import { mistakes } from './api/validate.ts';
import { DIRECTORY_ACTOR, directoryUser } from './testing/directory-user.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface UserPage {
  readonly users: readonly { readonly email: string }[];
  readonly nextCursor: string | null;
}

let api: TestApi;
const ids: Record<string, string> = {};
beforeAll(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  const { database } = api.database;
  const create = async (name: string, nameId: string) => {
    const organizationId = (await database.registry.record(name))?.organizationId ?? '';
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: nameId } };
    const profile = { email: `${nameId}@${name}.example` };
    await database.inOrganization(organizationId, async (tx) => {
      const { user } = await tx.createUser(subject, profile, {}, new Date());
      ids[nameId] = user.userId;
    });
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

it.each([
  '?cursor=x',
  '?limit=1001',
  '?limit=0',
  '?cursor=a&cursor=b',
  '?mail=eve',
  '?status=x',
  '?role=',
  '?email=a&email=b',
  '?managed=yes',
  '?group=%00',
])('refuses %s', async (query) => {
  const { status, json } = await users(query);
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
});

it('is audited when it is a copy of everybody: by large pages, or by one after the other', async () => {
  const organizationId = (await api.database.database.registry.record('acme'))?.organizationId ?? '';
  const exports = async () => {
    const trail = await api.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 1_000));
    return trail.filter(({ type }) => type === 'users.exported').map(({ data }) => data);
  };
  const before = (await exports()).length;
  const { nextCursor } = (await users('?limit=2')).json;
  expect(await exports()).toHaveLength(before);
  await users(`?limit=2&cursor=${nextCursor}`);
  await users('?limit=1000');
  expect((await exports()).slice(before)).toEqual([{ users: 1 }, { users: 3 }]);
});

it('needs a right of its own', async () => {
  const pipeline = await api.token(['organizations.read', 'plan', 'apply', 'flows.read', 'directory.read']);
  expect((await users('', pipeline)).status).toBe(403);
  expect((await users('', await api.token(['users.read']))).status).toBe(200);
});

const at = <T = Record<string, unknown>>(method: string, path: string, client = api.client, body?: unknown) =>
  client.call<T & ErrorBody>(method, `/v1/organizations/acme/users/${path}`, body);
const code = ({ status, json }: Awaited<ReturnType<typeof at>>) => [status, json.error?.code];

it('lists those who are asked for', async () => {
  expect((await users('?email=BOB@acme.example')).json.users.map(({ email }) => email)).toEqual(['bob@acme.example']);
  expect((await users('?status=disabled&role=member&group=x&managed=true')).json.users).toEqual([]);
});

it('shows one user with what it holds and why', async () => {
  const { status, json } = await at('GET', ids['eve']!);
  expect([status, mistakes('UserDetail', json)]).toEqual([200, []]);
  expect(json).toMatchObject({
    email: 'eve@acme.example',
    status: 'active',
    sessions: 0,
    stoppedAt: null,
    managed: false,
  });
});

it('deactivates, reactivates and deletes, with receipts', async () => {
  const bob = ids['bob']!;
  const deactivated = await at<{ receipt: object }>('POST', `${bob}/deactivate`);
  expect([deactivated.status, mistakes('StoppedUser', deactivated.json)]).toEqual([200, []]);
  expect(deactivated.json).toMatchObject({ outcome: 'deactivated', receipt: { userId: bob, cause: 'deactivated' } });
  expect((await at('POST', `${bob}/deactivate`)).json).toEqual({ outcome: 'unchanged', receipt: null });
  expect((await users('?status=disabled')).json.users.map(({ email }) => email)).toEqual(['bob@acme.example']);
  const reactivated = await at('POST', `${bob}/reactivate`);
  expect(mistakes('ReactivatedUser', reactivated.json)).toEqual([]);
  expect(reactivated.json).toMatchObject({ outcome: 'reactivated', user: { status: 'active' } });
  expect((await at('DELETE', `${bob}/sessions`)).json).toEqual({ sessionsEnded: 0 });
  expect((await at('GET', `${bob}/sessions`)).json).toEqual({ sessions: [] });
  expect((await at('DELETE', bob)).json).toMatchObject({ outcome: 'deleted' });
  expect(code(await at('GET', bob))).toEqual([404, 'unknown_user']);
});

it('reactivates and deletes a user of the directory once the document has no directory any more', async () => {
  const apply = async (spec: object) => {
    const { status } = await api.client.apply(requestOf([organization('hooli', spec)], { collection: 'hooli' }));
    expect(status).toBe(200);
  };
  await apply({ scim: { tokens: { okta: {} } } });
  const { organizationId, userId } = await directoryUser(api, 'hooli');
  const { directory } = api.database.database;
  await directory.deactivateUser(organizationId, userId, 1, { brake: undefined }, DIRECTORY_ACTOR);
  const at = (method: string, action = '') =>
    api.client.call<ErrorBody>(method, `/v1/organizations/hooli/users/${userId}${action}`);
  const remove = () => at('DELETE');
  expect(code(await remove())).toEqual([409, 'managed_by_scim']);
  expect(code(await at('POST', '/reactivate'))).toEqual([409, 'managed_by_scim']);
  await apply({});
  expect((await at('POST', '/reactivate')).json).toMatchObject({ outcome: 'reactivated', user: { status: 'invited' } });
  expect((await remove()).json).toMatchObject({ outcome: 'deleted', receipt: { userId } });
});

it.each([
  ['GET', ''],
  ['DELETE', ''],
  ['GET', '/sessions'],
  ['DELETE', '/sessions'],
  ['POST', '/deactivate'],
  ['POST', '/reactivate'],
])('%s …/users/:user%s: one of another organization is unknown (security.md 19)', async (method, path) => {
  const unknown = await at(method, `00000000-0000-4000-8000-000000000000${path}`);
  const foreign = await at(method, `${ids['gus']}${path}`);
  expect(code(foreign)).toEqual([404, 'unknown_user']);
  const answer = ({ json: { error } }: typeof foreign) => ({ ...error, traceId: '' });
  expect(answer(foreign)).toEqual(answer(unknown));
  expect(code(await at(method, `x%27%20or%20true${path}`))).toEqual([404, 'unknown_user']);
});

it.each(['?force=1', '?lastSsoAdmin=1', '?lastSsoAdmin=true&lastSsoAdmin=true'])(
  'refuses to deactivate by %s',
  async (query) => {
    expect(code(await at('POST', `${ids['ann']}/deactivate${query}`))).toEqual([400, 'invalid_request']);
  },
);

it('lets nobody change a user who may only read', async () => {
  const reader = api.client.with(await api.token(['users.read']));
  expect(code(await at('POST', `${ids['ann']}/deactivate`, reader))).toEqual([403, 'missing_right']);
  expect(code(await at('DELETE', ids['ann']!, reader))).toEqual([403, 'missing_right']);
  expect(code(await at('DELETE', `${ids['ann']}/sessions`, reader))).toEqual([403, 'missing_right']);
});
