import { createHash } from 'node:crypto';
import { effective } from '@rolecall/org-config';
import { connectionDigest, LOCAL_SIGN_IN, localSubject, sha256 } from '@rolecall/persistence';
import type { SsoTestResult } from '@rolecall/persistence';
import { parseIdpMetadata } from '@rolecall/saml';
import { TestIdp } from '@rolecall/saml/testing';
import { mistakes } from './api/validate.ts';
import { newToken, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface Link {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

let api: TestApi;
let acme: string;

beforeAll(async () => {
  api = await startTestApi({ ROLECALL_GATEWAY_URL: 'https://sso.example.com' });
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  const { database } = api.database;
  acme = (await database.registry.record('acme'))?.organizationId ?? '';
  const record = await database.registry.record('acme');
  const document = { ...record!.document, spec: { ...record!.document.spec, identityProviders: { okta: IDP } } };
  const revision = {
    document,
    digest: 'x',
    origin: { actor: 'test' },
    identityProviders: { okta: { metadataXml: '<x/>' } },
  };
  const store = database.reconcileState({ actor: 'test', now: new Date() });
  await store.transaction('commit', (state) => state.addRevision(acme, 1, revision));
});
afterAll(() => api?.close());

const IDP = { type: 'saml', metadata: { xml: '<x/>' } } as const;
const TESTS = '/v1/organizations/acme/identity-providers/okta/tests';
const create = () => api.client.call<Link>('POST', TESTS);
const read = (id: string) => api.client.call<{ state: string } & ErrorBody>('GET', `${TESTS}/${id}`);

/** What the gateway does with a link. */
async function finish({ url }: Link, traceId: string, result: SsoTestResult): Promise<void> {
  const token = new URL(url).searchParams.get('link') ?? '';
  const { database } = api.database;
  const tokenHash = createHash('sha256').update(token).digest();
  const now = new Date();
  await database.ssoTests.start({ organizationId: acme, identityProvider: 'okta', tokenHash, now, traceId });
  await database.inOrganization(acme, (tx) => tx.finishTest(traceId, result, now));
}

it('makes a link to the gateway for half an hour, and stores no token', async () => {
  const { status, json } = await create();
  expect(status).toBe(200);
  expect(mistakes('SsoTestLink', json)).toEqual([]);
  expect(json.url).toMatch(/^https:\/\/sso\.example\.com\/sso\/test\/acme\/okta\?link=[A-Za-z0-9_-]{43}$/);
  const left = new Date(json.expiresAt).getTime() - Date.now();
  expect(left).toBeGreaterThan(29 * 60_000);
  expect(left).toBeLessThanOrEqual(30 * 60_000);
  const token = json.url.split('link=')[1] ?? '';
  expect(api.log.join('')).not.toContain(token);
});

it('tells how far a test is, and what it found', async () => {
  const { json: link } = await create();
  expect((await read(link.id)).json).toMatchObject({ id: link.id, state: 'waiting', traceId: null, steps: [] });
  const traceId = 'a'.repeat(32);
  await finish(link, traceId, {
    outcome: 'refused',
    protocol: 'saml',
    vendor: 'okta',
    code: 'unmatched_role',
    steps: [{ check: 'access_decided', passed: false, want: 'role_mapping: one of staff', got: 'role_mapping: x' }],
    facts: [
      { name: 'role_mapping', count: 1, values: ['x'] },
      { name: 'email', count: 1 },
    ],
    rules: [{ kind: 'rule', name: 'r', matched: false, why: 'because' }],
  });
  const { json } = await read(link.id);
  expect(mistakes('SsoTest', json)).toEqual([]);
  expect(json).toMatchObject({
    state: 'failed',
    traceId,
    code: 'unmatched_role',
    mustAct: 'customer',
    guidance: {
      menu: expect.stringContaining('Okta Admin'),
      guide: 'docs/guides/okta.md',
      setup: 'https://sso.example.com/setup/acme/okta',
    },
    facts: [
      { name: 'role_mapping', count: 1, values: ['x'] },
      { name: 'email', count: 1 },
    ],
  });
  expect(api.log.join('')).not.toContain('because');
});

it('says that it succeeded', async () => {
  const { json: link } = await create();
  const steps = [{ check: 'x', passed: true }];
  const granted = { grants: [{ scope: 'account/main', role: 'member' }], groups: [], facts: [], rules: [] };
  await finish(link, 'b'.repeat(32), { outcome: 'succeeded', protocol: 'oidc', vendor: 'generic', steps, ...granted });
  const { json } = await read(link.id);
  expect(mistakes('SsoTest', json)).toEqual([]);
  expect(json).toMatchObject({ state: 'succeeded', code: null, guidance: null, ...granted });
});

it.each([
  ['POST', TESTS.replace('acme', 'hooli'), 'unknown_organization'],
  ['POST', TESTS.replace('okta', 'entra'), 'unknown_identity_provider'],
  ['POST', TESTS.replace('okta', 'constructor'), 'unknown_identity_provider'],
  ['POST', TESTS.replace('acme', 'globex'), 'unknown_identity_provider'],
  ['GET', `${TESTS}/019a3f00-0000-7000-8000-000000000001`, 'test_not_found'],
  ['GET', `${TESTS}/x%00`, 'test_not_found'],
])('%s %s: %s', async (method, path, code) => {
  const { status, json } = await api.client.call<ErrorBody>(method, path);
  expect([status, json.error.code]).toEqual([404, code]);
});

it('needs the right to read how logins ended', async () => {
  const { json: link } = await create();
  const client = api.client.with(await newToken(api.database, ['organizations.read', 'plan', 'apply']));
  for (const [method, path] of [
    ['POST', TESTS],
    ['GET', `${TESTS}/${link.id}`],
  ] as const) {
    expect((await client.call<ErrorBody>(method, path)).json.error.code).toBe('missing_right');
  }
});

it('lets enforceSso be turned on once somebody signed in through the connection and an administrator is there', async () => {
  const xml = new TestIdp().metadata();
  const wanted = (enforceSso: boolean) =>
    requestOf(
      [
        organization('hooli', {
          identityProviders: { okta: { type: 'saml', metadata: { xml } } },
          login: { enforceSso, recoveryAdmins: ['it@hooli.example'] },
          scopes: { 'account/main': {} },
        }),
      ],
      {
        collection: 'hooli',
      },
    );
  const refused = {
    status: 409,
    json: { error: { code: 'sso_not_tested', message: expect.stringContaining('rolecall test-sso hooli okta') } },
  };
  expect(await api.client.plan(wanted(true))).toMatchObject(refused);
  expect((await api.client.apply(wanted(false))).status).toBe(200);
  expect(await api.client.plan(wanted(true))).toMatchObject(refused);
  const { registry, ssoEvidence } = api.database.database;
  const { organizationId } = (await registry.record('hooli'))!;
  const evidence = { organizationId, identityProvider: 'okta', revision: 1, kind: 'test' as const, at: new Date() };
  await ssoEvidence.record({ ...evidence, connectionDigest: 'of another connection' });
  expect(await api.client.plan(wanted(true))).toMatchObject(refused);
  const { document } = (await registry.record('hooli'))!;
  const okta = effective(document).identityProviders['okta']!;
  const inUse = parseIdpMetadata(xml, { now: new Date(), allowHttp: false });
  await ssoEvidence.record({
    ...evidence,
    at: new Date(),
    connectionDigest: connectionDigest(okta, inUse),
  });
  const nobody = { status: 409, json: { error: { code: 'no_sso_admin' } } };
  expect(await api.client.plan(wanted(true))).toMatchObject(nobody);
  const login = { enforceSso: true, recoveryAdmins: ['it@hooli.example'] };
  const patched = (more: object) =>
    api.client.call('PATCH', '/v1/organizations/hooli', { baseRevision: 1, patch: { spec: { login } }, ...more });
  const override = { reason: 'tried past git', expires: new Date(Date.now() + 3_600_000).toISOString() };
  expect(await patched({ override })).toMatchObject(nobody);
  const tokenHash = await newAdministrator(organizationId);
  const signedIn = () => api.database.database.sessions.check(organizationId, tokenHash, new Date());
  const planned = await api.client.plan(wanted(true));
  expect(mistakes('Plan', planned.json)).toEqual([]);
  expect(planned.json.changes[0]?.impact.sso).toEqual({ enforced: true, endedSessions: 1, secondFactorsOff: 0 });
  expect(await signedIn()).toMatchObject({ identityProvider: LOCAL_SIGN_IN });
  expect((await api.client.apply(wanted(true))).status).toBe(200);
  expect(await signedIn()).toBeUndefined();
  const events = await api.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 100));
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['sso.enforced', 'session.revoked']));
});

/** Somebody who has the role, and is signed in by a password; the SHA-256 of the session. */
function newAdministrator(organizationId: string): Promise<Buffer> {
  return api.database.database.inOrganization(organizationId, async (tx) => {
    const subject = { identityProvider: 'okta', nameId: { value: 'ida', format: 'persistent' } };
    const { user } = await tx.createUser(subject, {}, {}, new Date());
    const grant = { scope: 'account/main', role: 'sso_admin', sources: [{ kind: 'rule' as const, name: 'admins' }] };
    await tx.replaceGrants(user.userId, 1, [grant], [], new Date());
    const tokenHash = sha256('a session');
    const times = { openedAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000), idleSeconds: 600 };
    const session = { tokenHash, userId: user.userId, subject: localSubject(user.userId), revision: 1 };
    await tx.openSession({ ...session, ...times, sessionIndex: undefined, announcement: undefined });
    return tokenHash;
  });
}
