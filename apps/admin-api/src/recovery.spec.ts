import { readOrganizationToken } from '@rolecall/persistence';
import { TEST_OTHER_KEY, TestIdp } from '@rolecall/saml/testing';
import { EndedOverrides } from './organizations/ended-overrides.ts';
import { administeredBy, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi, TestClient } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

/** What a recovery session may do over HTTP: repair the sign-in of its organization, for a while. */
const ADMIN = 'it@acme.example';
const XML = new TestIdp().metadata();
const RENEWED = new TestIdp({ key: TEST_OTHER_KEY }).metadata();

let api: TestApi;
let admin: TestClient;
let acme: string;
let counter = 0;
let name = '';
let ahead = 0;

beforeAll(async () => {
  api = await startTestApi({}, () => new Date(Date.now() + ahead));
});
afterAll(() => api?.close());

beforeEach(async () => {
  ahead = 0;
  counter += 1;
  name = `acme-${counter}`;
  const spec = {
    identityProviders: { okta: { type: 'saml', enabled: true, metadata: { xml: XML } } },
    login: { enforceSso: false, recoveryAdmins: [ADMIN] },
  };
  await api.client.apply(requestOf([organization(name, spec)], { collection: name }));
  acme = (await api.database.database.registry.record(name))!.organizationId;
  admin = api.client.with(await session());
});

const session = async () =>
  (
    await api.database.database.inOrganization(acme, (tx) =>
      tx.recovery.open({ addressKey: ADMIN, adminId: 'r1-1' }, new Date()),
    )
  ).token;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000 - 1_000).toISOString();
const patch = (spec: object, hours = 24 * 7, client = admin) =>
  client.call<ErrorBody>('PATCH', `/v1/organizations/${name}`, {
    baseRevision: 1,
    patch: { spec },
    override: { reason: 'recovery access', expires: inHours(hours) },
  });
const stored = async () => (await api.database.database.registry.record(name))!;

it('replaces metadata of its organization, as an override of seven days, and the log names no address', async () => {
  const { status, json } = await patch({ identityProviders: { okta: { metadata: { xml: RENEWED } } } });
  expect([status, json]).toMatchObject([200, { revision: 2, overrides: [{ reason: 'recovery access' }] }]);
  expect((await stored()).document.spec.identityProviders?.['okta']).toMatchObject({
    metadata: { xml: RENEWED.trim() },
  });
  const events = await api.database.database.inOrganization(acme, (tx) => tx.auditTrail(0, 100));
  expect(events.at(-1)).toMatchObject({
    type: 'organization.overridden',
    actor: { kind: 'recovery', id: 'r1-1' },
  });
  expect(JSON.stringify(events)).not.toContain(ADMIN);
});

it.each([
  ['whether an identity provider is on', { enabled: false }],
  ['metadata', { metadata: { xml: RENEWED } }],
])('sets %s where no collection declares it, and it ends', async (_what, okta) => {
  const undeclared = `console-${counter}`;
  await api.client.apply(requestOf([organization(undeclared, {})], { collection: undeclared }));
  const record = (await api.database.database.registry.record(undeclared))!;
  const byConsole = {
    identityProviders: { okta: { type: 'saml', metadata: { xml: XML } } },
    login: { recoveryAdmins: [ADMIN] },
  };
  const resource = `/v1/organizations/${undeclared}`;
  await api.client.call('PATCH', resource, { baseRevision: 1, patch: { spec: byConsole } });
  const before = (await api.database.database.registry.record(undeclared))!.document;
  const { token } = await api.database.database.inOrganization(record.organizationId, (tx) =>
    tx.recovery.open({ addressKey: ADMIN, adminId: 'r1-1' }, new Date()),
  );
  const answer = await api.client.with(token).call('PATCH', resource, {
    baseRevision: 2,
    patch: { spec: { identityProviders: { okta } } },
    override: { reason: 'recovery access', expires: inHours(1) },
  });
  expect([answer.status, answer.json]).toMatchObject([
    200,
    { revision: 3, overrides: [{ reason: 'recovery access' }] },
  ]);
  ahead = 2 * 3_600_000;
  await api.app.get(EndedOverrides).runDue();
  const { document, revision } = (await api.database.database.registry.record(undeclared))!;
  expect([revision, document]).toEqual([4, before]);
});

it('switches an identity provider off and on, and reads the organization', async () => {
  expect((await patch({ identityProviders: { okta: { enabled: false } } })).status).toBe(200);
  expect((await admin.call('GET', `/v1/organizations/${name}`)).status).toBe(200);
});

it.each<[string, () => Promise<{ status: number; json: ErrorBody }>, number, string]>([
  ['another field', () => patch({ displayName: 'Mine' }), 403, 'recovery_only'],
  ['another recovery admin', () => patch({ login: { recoveryAdmins: ['eve@evil.example'] } }), 403, 'recovery_only'],
  [
    'an exemption',
    () => patch({ login: { exemptions: { [ADMIN]: { reason: 'r', expires: '2099-01-01' } } } }),
    403,
    'recovery_only',
  ],
  ['enforcing', () => patch({ login: { enforceSso: true } }), 403, 'recovery_only'],
  ['letting go for longer than a day', () => patch({ login: { enforceSso: false } }, 30), 403, 'recovery_only'],
  ['users', () => admin.call<ErrorBody>('GET', `/v1/organizations/${name}/users`), 403, 'recovery_only'],
  ['a plan', () => admin.call<ErrorBody>('POST', '/v1/plans', {}), 403, 'recovery_only'],
])('does nothing else: %s', async (_what, ask, status, code) => {
  const before = await everyRow(api.database.ownerUrl);
  const answer = await ask();
  expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

it('repairs the organization that administers the deployment under the two-person rule alone', async () => {
  await administeredBy(api, name);
  const renewed = { identityProviders: { okta: { metadata: { xml: RENEWED } } } };
  const before = await everyRow(api.database.ownerUrl);
  const enabled = (to: boolean) => ({ identityProviders: { okta: { enabled: to } } });
  for (const repair of [renewed, { login: { enforceSso: false } }, enabled(true), enabled(false)]) {
    const refused = await patch(repair, 1);
    expect([refused.status, refused.json.error.code]).toEqual([403, 'recovery_only']);
    expect(refused.json.error.message).toContain('login.recovery.twoPerson');
  }
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  expect((await patch(renewed, 1, api.client)).status).toBe(200);

  const rule = { login: { recovery: { twoPerson: true }, recoveryAdmins: [ADMIN, 'other@acme.example'] } };
  const written = await api.client.call('PATCH', `/v1/organizations/${name}`, {
    baseRevision: 2,
    patch: { spec: rule },
    override: { reason: 'r', expires: inHours(1) },
  });
  expect(written.status).toBe(200);
  const again = await admin.call('PATCH', `/v1/organizations/${name}`, {
    baseRevision: 3,
    patch: { spec: { identityProviders: { okta: { metadata: { xml: XML } } } } },
    override: { reason: 'recovery access', expires: inHours(1) },
  });
  expect(again.status).toBe(200);
});

it('does nothing for another organization, and nothing once it has ended', async () => {
  const elsewhere = await admin.call<ErrorBody>('GET', '/v1/organizations/acme-1');
  expect([403, 404]).toContain(elsewhere.status);
  const token = await session();
  const client = api.client.with(token);
  expect((await client.call('GET', `/v1/organizations/${name}`)).status).toBe(200);
  const { hash: tokenHash } = readOrganizationToken(token)!;
  await api.database.database.inOrganization(acme, (tx) => tx.recovery.end(tokenHash));
  expect((await client.call<ErrorBody>('GET', `/v1/organizations/${name}`)).json.error.code).toBe('unauthorized');
});
