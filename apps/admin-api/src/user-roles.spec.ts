import { API_RIGHTS, openDatabase } from '@rolecall/persistence';
import { mistakes } from './api/validate.ts';
import { administeredBy, digestOf, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { editRole } from './users/edit-roles.ts';
import { importUsers } from './users/import-users.ts';

let api: TestApi;
const ids: Record<string, string> = {};
const SPEC = {
  scopes: { 'account/main': {}, 'account/partner': {} },
  roles: { writer: {}, 'platform-admin': {} },
  jit: {},
};
const AUTHORIZATION = {
  rules: [{ name: 'admins', when: { attribute: 'groups', equals: 'admins' }, grants: { 'account/main': ['writer'] } }],
};

const acme = (authorization: object) => organization('acme', { ...SPEC, authorization });

async function apply(document: object, name = 'acme'): Promise<void> {
  const [file] = [`${name}.yaml`];
  const base = requestOf([document]) as { organizations: object[] };
  const lines = { '/spec/authorization': 10, '/spec/authorization/rules/0': 21 };
  const organizations = base.organizations.map((one) => ({ ...one, lines }));
  const files = [{ path: file, digest: digestOf(document), organizations: [name] }];
  const { status, text } = await api.client.apply({ ...base, collection: name, organizations, files });
  expect([status, text]).toEqual([200, expect.anything()]);
}

beforeAll(async () => {
  api = await startTestApi();
  await apply(acme({ ...AUTHORIZATION, appScopes: ['account/partner'] }));
  await apply(organization('globex', { authorization: { managedBy: 'app' } }), 'globex');
  const { database } = api.database;
  for (const [name, nameId] of [
    ['acme', 'eve'],
    ['globex', 'gus'],
  ] as const) {
    const { organizationId } = (await database.registry.record(name))!;
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: nameId } };
    await database.inOrganization(organizationId, async (tx) => {
      const profile = { email: `${nameId}@${name}.example` };
      const { user } = await tx.createUser(subject, profile, { groups: ['admins'] }, new Date());
      ids[nameId] = user.userId;
      const evidence = { kind: 'rule', name: 'admins', attribute: 'groups', value: 'admins' } as const;
      const grants = [{ scope: 'account/main', role: 'writer', sources: [evidence] }];
      if (name === 'acme') await tx.replaceGrants(user.userId, 1, grants, [], new Date());
    });
  }
});
afterAll(() => api?.close());

const grant = (user: string, scope: string, role: string, client = api.client, method = 'PUT', of = 'acme') =>
  client.call<{ outcome: string; user: { grants: object[] } } & ErrorBody>(
    method,
    `/v1/organizations/${of}/users/${ids[user] ?? user}/grants/${encodeURIComponent(scope)}/${encodeURIComponent(role)}`,
  );
const revoke = (user: string, scope: string, role: string) => grant(user, scope, role, api.client, 'DELETE');
const code = ({ status, json }: Awaited<ReturnType<typeof grant>>) => [status, json.error?.code];
const access = (query = '') =>
  api.client.call<{ grants: { role: string }[] } & ErrorBody>(
    'GET',
    `/v1/organizations/acme/users/${ids['eve']}/access${query}`,
  );

describe('where roles come from the identity provider', () => {
  it('refuses to edit them, and names the rule with the file and the line', async () => {
    const refused = await revoke('eve', 'account/main', 'writer');
    expect(code(refused)).toEqual([409, 'managed_by_idp']);
    expect(refused.json.error.message).toBe(
      'roles on account/main come from what the identity provider says, here by rule "admins" (https://git.example/config@0a1b2c3 acme.yaml:21); change it there, or name the scope under appScopes in spec.authorization (https://git.example/config@0a1b2c3 acme.yaml:10)',
    );
    const given = await grant('eve', 'account/main', 'member');
    expect(code(given)).toEqual([409, 'managed_by_idp']);
    expect(given.json.error.message).toContain('no mapping gives this one');
    expect((await grant('eve', 'account/main', 'writer')).json.error.message).toContain('rule "admins"');
  });

  it('says why she has this role and since when: rule, place, commit and evidence', async () => {
    const { status, json } = await access();
    expect([status, mistakes('UserAccess', json)]).toEqual([200, []]);
    expect(json.grants).toEqual([
      {
        scope: 'account/main',
        role: 'writer',
        since: expect.any(String),
        until: null,
        sources: [
          {
            kind: 'rule',
            name: 'admins',
            attribute: 'groups',
            value: 'admins',
            place: 'https://git.example/config@0a1b2c3 acme.yaml:21',
          },
        ],
        revision: expect.objectContaining({ number: 1, commit: '0a1b2c3', file: 'acme.yaml' }),
      },
    ]);
  });
});

describe('where roles are edited', () => {
  it('gives and takes them, tells the user by mail, and says who did it', async () => {
    const given = await grant('eve', 'account/partner', 'member');
    expect([given.status, mistakes('EditedUser', given.json), given.json.outcome]).toEqual([200, [], 'granted']);
    expect(given.json.user.grants).toMatchObject([{ role: 'writer' }, { scope: 'account/partner', role: 'member' }]);
    expect((await grant('eve', 'account/partner', 'member')).json.outcome).toBe('unchanged');
    expect((await access()).json.grants).toMatchObject([
      { role: 'writer' },
      { role: 'member', sources: [{ kind: 'app', by: expect.stringMatching(/^token\//), place: null }] },
    ]);
    const { database } = api.database;
    const claimed = await database.mails.claim(new Date(), 10);
    const mails = await Promise.all(claimed.map((mail) => database.mails.read(mail)));
    const role = { scope: 'account/partner', role: 'member' };
    expect(mails).toMatchObject([
      { kind: 'roles-changed', to: 'eve@acme.example', data: { granted: [role], revoked: [] } },
    ]);
    const organizationId = (await database.registry.record('acme'))!.organizationId;
    const trail = await database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 100));
    const edits = trail.filter(({ type }) => type === 'grants.edited');
    expect(edits).toMatchObject([{ subject: ids['eve'], actor: { kind: 'token' }, data: { granted: [role] } }]);
    expect((await revoke('eve', 'account/partner', 'member')).json.outcome).toBe('revoked');
    expect((await revoke('eve', 'account/partner', 'member')).json.outcome).toBe('unchanged');
  });

  it('says what was held at a moment of the past', async () => {
    const before = new Date().toISOString();
    await grant('eve', 'account/partner', 'member');
    const between = new Date(Date.now() + 1).toISOString();
    while (new Date().toISOString() <= between) await new Promise((resolve) => setImmediate(resolve));
    await revoke('eve', 'account/partner', 'member');
    const roles = async (at: string) =>
      (await access(`?at=${encodeURIComponent(at)}`)).json.grants.map(({ role }) => role);
    expect(await roles(before)).toEqual(['writer']);
    expect(await roles(between)).toEqual(['writer', 'member']);
    expect(await roles(new Date().toISOString())).toEqual(['writer']);
    for (const query of ['?at=yesterday', `?at=${encodeURIComponent('2090-01-01T00:00:00Z')}`, '?by=me'])
      expect((await access(query)).status).toBe(400);
  });

  it('takes them back when an apply makes the scope the identity provider’s again', async () => {
    await grant('eve', 'account/partner', 'member');
    await apply(acme(AUTHORIZATION));
    // nor is there an identity provider whose word would give the other
    expect((await access()).json.grants).toEqual([]);
    expect(code(await grant('eve', 'account/partner', 'member'))).toEqual([409, 'managed_by_idp']);
    await apply(acme({ ...AUTHORIZATION, appScopes: ['account/partner'] }));
  });

  it.each([
    ['account/none', 'member', 'unknown_scope'],
    ['account/partner', 'none', 'unknown_role'],
    ['account/partner', '__proto__', 'unknown_role'],
    ['__proto__', 'member', 'unknown_scope'],
    ['account/partner', "x' or true", 'unknown_role'],
  ])('knows no %s %s', async (scope, role, expected) => {
    expect(code(await grant('eve', scope, role))).toEqual([404, expected]);
  });

  it('knows nobody of another organization (security.md 19)', async () => {
    expect(code(await grant('gus', 'account/partner', 'member'))).toEqual([404, 'unknown_user']);
    expect((await grant('gus', 'account/main', 'member', api.client, 'PUT', 'globex')).status).toBe(200);
  });

  it('gives nobody the roles that administer the deployment who may not change these', async () => {
    await administeredBy(api, 'acme');
    const editor = api.client.with(await api.token(['users.write']));
    expect(code(await grant('eve', 'account/partner', 'platform-admin', editor))).toEqual([403, 'missing_right']);
    expect((await grant('eve', 'account/partner', 'member', editor)).status).toBe(200);
    expect((await grant('eve', 'account/partner', 'platform-admin')).status).toBe(200);
  });

  it('takes nothing from who administers the deployment, nor stops them, who may not change it', async () => {
    await grant('eve', 'account/partner', 'platform-admin');
    const editor = api.client.with(await api.token(['users.write']));
    const ask = (method: string, path: string, body?: object) =>
      editor.call<ErrorBody>(method, `/v1/organizations/acme/users${path}`, body);
    for (const [method, path] of [
      ['DELETE', `/${ids['eve']}/grants/account%2Fpartner/platform-admin`],
      ['POST', `/${ids['eve']}/deactivate`],
      ['POST', `/${ids['eve']}/reactivate`],
      ['DELETE', `/${ids['eve']}`],
      ['DELETE', `/${ids['eve']}/sessions`],
    ] as const)
      expect([path, ...code((await ask(method, path)) as never)]).toEqual([path, 403, 'missing_right']);
    const csv = 'email,account/partner\neve@acme.example,{}\n';
    const imported = await ask('POST', '/import', { csv, apply: true });
    expect(imported.json.error.diagnostics?.[0]?.['message']).toContain('platform.apply');
    expect((await access()).json.grants).toContainEqual(expect.objectContaining({ role: 'platform-admin' }));
    expect((await revoke('eve', 'account/partner', 'platform-admin')).json.outcome).toBe('revoked');
    expect((await ask('DELETE', `/${ids['eve']}/sessions`)).status).toBe(200);
  });
});

it('edits over one connection: what it needs beside is read before it begins', async () => {
  const { url, masterKey } = api.database;
  const narrow = await openDatabase({ url, masterKey, poolSize: 1 });
  const actor = { kind: 'token', id: ids['eve']! } as const;
  const caller = {
    kind: 'token',
    id: actor.id,
    name: 'ci',
    actor,
    rights: API_RIGHTS,
    organizations: undefined,
  } as const;
  const now = new Date();
  const edit = { organization: 'acme', userId: ids['eve']!, what: 'grant', takesLastSsoAdmin: false } as const;
  const csv = (cell: string) =>
    `email,account/main,account/partner\neve@acme.example,,"{""roles"":[""writer""]}"\nnew@acme.example,${cell},\n`;
  try {
    const mapped = editRole(narrow, { ...edit, role: { scope: 'account/main', role: 'member' } }, caller, now);
    await expect(mapped).rejects.toMatchObject({ code: 'managed_by_idp' });
    const imported = (cell: string) =>
      importUsers(narrow, 'acme', { csv: csv(cell), apply: false, takesLastSsoAdmin: false }, caller, now);
    await expect(imported('"{""roles"":[""member""]}"')).rejects.toMatchObject({ code: 'import_invalid' });
    expect(await imported('')).toEqual({ created: 1, changed: 1, unchanged: 0 });
  } finally {
    await narrow.close();
  }
});
