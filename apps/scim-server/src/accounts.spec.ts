import { USER, user, useTestServer, withDirectory } from './testing/test-server.ts';

const ACCOUNTS = 'urn:ietf:params:scim:schemas:extension:rolecall:2.0:User';
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

describe('accounts of a user', () => {
  const server = useTestServer();
  const spec = {
    scopes: { 'account/main': {}, 'project/eu': {} },
    roles: { editor: { permissions: [] } },
    groups: { 'team/vip': {} },
    authorization: {
      accountAttributes: { MainAccRole: 'account/main', EuRole: 'project/eu' },
      rules: [{ name: 'vips', when: { attribute: 'MainAccRole.teams', equals: 'vip' }, groups: ['team/vip'] }],
    },
  };
  const grantsOf = async (id: unknown) => {
    const rows = await server.current.sql(
      `select scope, role from grants where user_id = '${String(id)}' order by 1, 2`,
    );
    return rows.map(({ scope, role }) => `${String(scope)} ${String(role)}`);
  };
  const groupsOf = async (id: unknown) => {
    const rows = await server.current.sql(`select group_name from memberships where user_id = '${String(id)}'`);
    return rows.map((row) => row['group_name']);
  };

  const asList = [
    { value: 'MainAccRole', roles: ['editor', 'member'], teams: ['vip'] },
    { value: 'EuRole', roles: ['member'] },
  ];
  const asMap = { MainAccRole: { roles: ['editor', 'member'], teams: ['vip'] }, EuRole: { roles: ['member'] } };

  it.each<[string, object]>([
    ['as the schema has them', { schemas: [USER, ACCOUNTS], [ACCOUNTS]: { accounts: asList } }],
    ['as JSON text', { [ACCOUNTS]: { accounts: JSON.stringify(asMap) } }],
    ['without their URN', { accounts: asList }],
  ])('give roles and groups in each account: %s', async (form, more) => {
    const { client } = await server.current.directory(
      `accounts-${form.replaceAll(' ', '-').toLowerCase()}`,
      withDirectory({}, spec),
    );
    const { status, json } = await client.post('Users', user('eve@acme.com', { ...more }));
    expect({ status, accounts: json[ACCOUNTS] }).toEqual({ status: 201, accounts: { accounts: asList } });
    expect(await grantsOf(json['id'])).toEqual(['account/main editor', 'account/main member', 'project/eu member']);
    expect(await groupsOf(json['id'])).toEqual(['team/vip']);
  });

  it('take them away by status, by value or with the entry', async () => {
    const { client } = await server.current.directory('accounts-changed', withDirectory({}, spec));
    const { json } = await client.post('Users', user('eve@acme.com', { [ACCOUNTS]: { accounts: asList } }));
    const path = `${ACCOUNTS}:accounts`;
    const patch = (...Operations: object[]) =>
      client.patch(`Users/${String(json['id'])}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations,
      });
    await patch({ op: 'replace', path: `${path}[value eq "MainAccRole"].status`, value: 'inactive' });
    expect(await grantsOf(json['id'])).toEqual(['project/eu member']);
    expect(await groupsOf(json['id'])).toEqual([]);
    await patch({ op: 'replace', path: `${path}[value eq "MainAccRole"].status`, value: 'active' });
    await patch({ op: 'replace', path: `${path}[value eq "MainAccRole"].roles`, value: ['member'] });
    expect(await grantsOf(json['id'])).toEqual(['account/main member', 'project/eu member']);
    await patch({ op: 'remove', path: `${path}[value eq "EuRole"]` });
    expect(await grantsOf(json['id'])).toEqual(['account/main member']);
  });

  it('T3 take no more attributes than a hundred of an own extension and many accounts need', async () => {
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`a${place}`, { type: 'string' }]));
    const { client } = await server.current.directory(
      'accounts-many',
      withDirectory({ extension: { urn: EXTENSION, attributes } }, spec),
    );
    const own = Object.fromEntries(Object.keys(attributes).map((name) => [name, 'x']));
    const accounts = Array.from({ length: 300 }, (_, place) => ({ value: `Account${place}`, roles: ['member'] }));
    const more = { [EXTENSION]: own, [ACCOUNTS]: { accounts: [...accounts, ...asList] } };
    const { status, json } = await client.post('Users', user('eve@acme.com', more));
    expect(status).toBe(201);
    expect(await grantsOf(json['id'])).toHaveLength(3);
  });
});
