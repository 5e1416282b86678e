import { API_RIGHTS } from '@rolecall/persistence';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
const ids: Record<string, string> = {};
const GROUPS = { 'inbox/vip': {}, 'team/dev': {} };
const SPEC = { groups: GROUPS, jit: {}, roles: { 'platform-admin': {} } };

const apply = async (name: string, authorization: object) => {
  const document = organization(name, { ...SPEC, authorization });
  expect((await api.client.apply(requestOf([document], { collection: name }))).status).toBe(200);
};

beforeAll(async () => {
  api = await startTestApi();
  const { database } = api.database;
  for (const [name, managedBy] of [
    ['acme', 'app'],
    ['globex', 'idp'],
  ] as const) {
    await apply(name, { managedBy });
    const { organizationId } = (await database.registry.record(name))!;
    ids[name] = await database.inOrganization(organizationId, async (tx) => {
      const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: 'eve' } };
      return (await tx.createUser(subject, { email: `eve@${name}.example` }, {}, new Date())).user.userId;
    });
  }
});
afterAll(() => api?.close());

type Edited = { outcome: string; user: { groups: { group: string; sources: object[] }[] } } & ErrorBody;
const edit = (method: 'PUT' | 'DELETE', group: string, of = 'acme', user = ids[of]!, client = api.client) =>
  client.call<Edited>(method, `/v1/organizations/${of}/users/${user}/groups/${encodeURIComponent(group)}`);
const code = ({ status, json }: Awaited<ReturnType<typeof edit>>) => [status, json.error?.code];

it('has a user join a group and leave it, and says who did it', async () => {
  const joined = await edit('PUT', 'inbox/vip');
  expect([joined.status, mistakes('EditedMembership', joined.json)]).toEqual([200, []]);
  expect(joined.json).toMatchObject({
    outcome: 'joined',
    user: { groups: [{ group: 'inbox/vip', sources: [{ kind: 'app', by: expect.stringMatching(/^token\//) }] }] },
  });
  expect((await edit('PUT', 'inbox/vip')).json.outcome).toBe('unchanged');
  expect((await edit('DELETE', 'inbox/vip')).json).toMatchObject({ outcome: 'left', user: { groups: [] } });
  expect((await edit('DELETE', 'inbox/vip')).json.outcome).toBe('unchanged');
  const { json } = await api.client.call<{ events: object[] }>('GET', '/v1/organizations/acme/audit');
  const actor = { kind: 'token' };
  expect(json.events.filter((event) => (event as { type: string }).type === 'groups.changed')).toMatchObject([
    { actor, subject: ids['acme'], data: { revision: 1, joined: ['inbox/vip'], left: [] } },
    { actor, subject: ids['acme'], data: { revision: 1, joined: [], left: ['inbox/vip'] } },
  ]);
});

it('refuses where the identity provider decides, what is not declared, and who is not there', async () => {
  expect(code(await edit('PUT', 'team/dev', 'globex'))).toEqual([409, 'managed_by_idp']);
  expect(code(await edit('DELETE', 'team/dev', 'globex'))).toEqual([409, 'managed_by_idp']);
  expect(code(await edit('PUT', 'team/none'))).toEqual([404, 'unknown_group']);
  expect(code(await edit('PUT', '__proto__'))).toEqual([404, 'unknown_group']);
  expect(code(await edit('PUT', 'team/dev', 'acme', ids['globex']))).toEqual([404, 'unknown_user']);
  expect(code(await edit('PUT', 'team/dev', 'acme', 'x'))).toEqual([404, 'unknown_user']);
  const reader = api.client.with(await api.token(API_RIGHTS.filter((right) => right !== 'users.write')));
  expect(code(await edit('PUT', 'team/dev', 'acme', ids['acme'], reader))).toEqual([403, 'missing_right']);
});

it('is taken back by an apply that leaves groups to the identity provider', async () => {
  await edit('PUT', 'team/dev');
  await apply('acme', { managedBy: 'idp' });
  const { json } = await api.client.call<Edited['user']>('GET', `/v1/organizations/acme/users/${ids['acme']}`);
  expect(json.groups).toEqual([]);
});
