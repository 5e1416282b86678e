import { randomBytes } from 'node:crypto';
import { verifyChain } from '@rolecall/audit';
import { openDatabase, readOrganizationToken } from '@rolecall/persistence';
import { restoredDatabase, testDatabase } from '@rolecall/persistence/testing';
import type { TestDatabase } from '@rolecall/persistence/testing';
import { WithSecrets } from './testing/secrets.ts';
import { signedIn } from './testing/signed-in.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

/** What docs/guides/disaster.md promises of a restored database. A restored dump is a copy of all tables as they were at one moment. */
const POINTER = '/spec/applications/office/clientSecret';
const office = {
  type: 'oidc',
  redirectUris: ['https://office.example/callback'],
  clientAuthentication: 'client_secret_basic',
  clientSecret: { fromEnv: 'OFFICE_SECRET' },
};
const YESTERDAY = organization('acme', { displayName: 'Acme' });
const TODAY = [organization('acme', { displayName: 'Acme Corp' }), organization('globex')];

let databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases) await database.drop();
  databases = [];
});

async function fresh(): Promise<TestDatabase> {
  const database = await testDatabase();
  databases.push(database);
  return database;
}

/** Runs on a database and leaves no connection behind. */
async function on<T>(database: TestDatabase, work: (api: TestApi) => Promise<T>): Promise<T> {
  const opened = await openDatabase({ url: database.url, masterKey: database.masterKey, applicationName: 'restore' });
  try {
    const api = await startTestApi({}, undefined, { ...database, database: opened, drop: () => Promise.resolve() });
    try {
      return await work(api);
    } finally {
      await api.close();
    }
  } finally {
    await opened.close();
  }
}

async function dumpOf(database: TestDatabase): Promise<TestDatabase> {
  await database.database.close();
  const dump = await restoredDatabase(database);
  databases.push(dump);
  return dump;
}

const documentsOf = async (api: TestApi) => {
  const { json } = await api.client.call<{ organizations: { name: string }[] }>('GET', '/v1/organizations');
  const found = json.organizations.map(({ name }) =>
    api.client.call<{ document: object }>('GET', `/v1/organizations/${name}`),
  );
  return (await Promise.all(found)).map((answer) => answer.json.document);
};

const trailOf = async (api: TestApi) => {
  const record = await api.database.database.registry.record('acme');
  return api.database.database.inOrganization(record!.organizationId, (tx) => tx.auditTrail(0, 100));
};

it('the files bring back what was applied after the dump, and nothing else does', async () => {
  const lost = await fresh();
  const { cookie, token, before } = await on(lost, async (api) => {
    await api.client.apply(requestOf([YESTERDAY]));
    const person = await signedIn(api, 'acme', ['member']);
    return { cookie: person.cookie, token: await api.token(['plan']), before: await trailOf(api) };
  });
  const dump = await dumpOf(lost);
  const today = await on(lost, async (api) => {
    expect((await api.client.apply(requestOf(TODAY))).status).toBe(200);
    await signedIn(api, 'acme', ['member']);
    const { organizationId } = (await api.database.database.registry.record('acme'))!;
    const { json } = await api.client.call<{ users: object[] }>('GET', `/v1/organizations/acme/users`);
    return { organizationId, documents: await documentsOf(api), users: json.users.length };
  });
  expect(today.users).toBe(2);

  await on(dump, async (api) => {
    // sessions and tokens of then are back, whatever ended them since
    const { organizationId, hash } = readOrganizationToken(cookie)!;
    expect(await api.database.database.sessions.check(organizationId, hash, new Date())).toBeDefined();
    // the chain ends where the dump was made, and is whole
    expect(await trailOf(api)).toEqual(before);
    const { json: plan } = await api.client.plan(requestOf(TODAY));
    expect(plan.changes).toMatchObject([
      {
        organization: 'acme',
        action: 'update',
        fields: [{ path: '/spec/displayName', before: 'Acme', after: 'Acme Corp' }],
      },
      { organization: 'globex', action: 'create' },
    ]);
    expect((await api.client.apply(requestOf(TODAY))).status).toBe(200);
    expect(await documentsOf(api)).toEqual(today.documents);
    expect((await api.client.plan(requestOf(TODAY))).json.changes).toEqual([]);
    expect((await api.database.database.registry.record('acme'))?.organizationId).toBe(today.organizationId);
    const trail = await trailOf(api);
    expect(trail.length).toBeGreaterThan(before.length);
    await expect(verifyChain(trail)).resolves.toMatchObject({ ok: true });

    // lost: who came after it
    const { json } = await api.client.call<{ users: object[] }>('GET', `/v1/organizations/acme/users`);
    expect(json.users).toHaveLength(1);
    expect((await api.client.with(token).plan(requestOf(TODAY))).status).toBe(200);
  });
});

it('starts with the master key of then alone: nothing else opens what a dump has sealed', async () => {
  const lost = await fresh();
  const document = organization('acme', { applications: { office } });
  const values = { [POINTER]: 'a-secret-of-yesterday-0123456789abcdef' };
  await on(lost, async (api) => {
    expect((await new WithSecrets(api).apply(document, values)).status).toBe(200);
  });
  const dump = await dumpOf(lost);
  const start = on({ ...dump, masterKey: randomBytes(32) }, () => Promise.resolve());
  await expect(start).rejects.toThrow(/sealed under the master key [0-9a-f]{16}; set ROLECALL_MASTER_KEY/);
  await on(dump, async (api) => {
    expect((await new WithSecrets(api).plan(document, values)).json.changes).toEqual([]);
  });
});
