import { seedOrganization } from '@rolecall/persistence/testing';
import type { OrganizationDocument } from '@rolecall/org-config';
import { organization, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

const ADMIN = { scope: 'account/main', role: 'sso_admin' };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

let made = 0;

/** An organization with that many active users who hold `sso_admin`; their paths. */
async function administered(enforceSso: boolean, administrators: number): Promise<readonly string[]> {
  const { database } = api.database;
  made += 1;
  const name = `acme-${made}`;
  const login = enforceSso ? { enforceSso, recoveryAdmins: ['it@acme.example'] } : {};
  const document = organization(name, { login, authorization: { managedBy: 'app' } }) as OrganizationDocument;
  const { id } = await seedOrganization(database, document, {});
  return database.inOrganization(id, async (tx) => {
    const paths: string[] = [];
    for (let n = 0; n < administrators; n += 1) {
      const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: `admin-${n}` } };
      const { user } = await tx.createUser(subject, {}, {}, new Date());
      const source = { kind: 'app', by: 'token/x', at: new Date().toISOString() } as const;
      await tx.users.grant([{ userId: user.userId, ...ADMIN }], { source, revision: 1, now: new Date() });
      paths.push(`/v1/organizations/${name}/users/${user.userId}`);
    }
    return paths;
  });
}

const WAYS = [
  ['deactivates', 'POST', '/deactivate'],
  ['deletes', 'DELETE', ''],
  ['takes the role of', 'DELETE', `/grants/${encodeURIComponent(ADMIN.scope)}/${ADMIN.role}`],
] as const;

describe.each(WAYS)('somebody %s an administrator (%s …%s)', (_what, method, way) => {
  const taken = async (path: string | undefined, query = '') => {
    const { status, json } = await api.client.call<ErrorBody>(method, `${path}${way}${query}`);
    return [status, json.error?.code];
  };

  it('who is the last where SSO is enforced: refused, and nothing happened', async () => {
    const [last] = await administered(true, 1);
    expect(await taken(last)).toEqual([409, 'no_sso_admin']);
    expect((await api.client.call('GET', last!)).json).toMatchObject({ status: 'active', grants: [ADMIN] });
  });

  it('who is the last, and says so', async () => {
    const [last] = await administered(true, 1);
    expect(await taken(last, '?lastSsoAdmin=true')).toEqual([200, undefined]);
  });

  it('beside whom there is another: not the other then', async () => {
    const [first, second] = await administered(true, 2);
    expect(await taken(first)).toEqual([200, undefined]);
    expect(await taken(second)).toEqual([409, 'no_sso_admin']);
  });

  it('where nothing is enforced', async () => {
    const [last] = await administered(false, 1);
    expect(await taken(last)).toEqual([200, undefined]);
  });
});
