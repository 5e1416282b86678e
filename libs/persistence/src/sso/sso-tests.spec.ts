import { effective } from '@rolecall/org-config';
import { connectionDigest } from '../index.ts';
import { document, later, NOW, seedAcmeAndGlobex, useTestDatabase } from '../testing/fixture.ts';
import { SSO_TEST_LIFETIME_MS, type SsoTestResult } from './sso-tests.ts';

const test = useTestDatabase();
const hash = (text: string) => Buffer.alloc(32, text);
const result: SsoTestResult = {
  outcome: 'refused',
  protocol: 'saml',
  vendor: 'okta',
  code: 'unmatched_role',
  steps: [{ check: 'x', passed: false }],
};
let acme: string;
let globex: string;

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
});

const tests = () => test.current.database.ssoTests;
const link = (token: string, more: object = {}) => ({
  organizationId: acme,
  identityProvider: 'okta',
  tokenHash: hash(token),
  now: NOW,
  ...more,
});
const create = (token: string) => tests().create({ ...link(token), createdBy: 'ci', expiresAt: later(1800) });
const finish = (organizationId: string, traceId: string, now = NOW) =>
  test.current.database.inOrganization(organizationId, (tx) => tx.finishTest(traceId, result, now));

it('goes from made to begun to a result that is read for half an hour', async () => {
  const id = await create('a');
  expect(await tests().find(acme, 'okta', id, NOW)).toEqual({
    id,
    identityProvider: 'okta',
    expiresAt: later(1800),
    traceId: undefined,
    finishedAt: undefined,
    result: undefined,
  });
  expect(await tests().isOpen(link('a'))).toBe(true);
  expect(await tests().start({ ...link('a'), traceId: 'one' })).toBe(true);
  expect(await tests().start({ ...link('a'), traceId: 'two' })).toBe(true);
  expect(await finish(acme, 'one')).toBe(false);
  expect(await finish(acme, 'two', later(60))).toBe(true);
  const done = await tests().find(acme, 'okta', id, later(61));
  expect(done).toMatchObject({ traceId: 'two', finishedAt: later(60), result });
  expect(done?.expiresAt).toEqual(new Date(later(60).getTime() + SSO_TEST_LIFETIME_MS));
  expect(await tests().find(acme, 'okta', id, done!.expiresAt)).toBeUndefined();
});

it('has one result, and no further one', async () => {
  const id = await create('b');
  await tests().start({ ...link('b'), traceId: 'three' });
  expect([await finish(acme, 'three'), await finish(acme, 'three')]).toEqual([true, false]);
  expect(await tests().isOpen(link('b'))).toBe(false);
  expect(await tests().start({ ...link('b'), traceId: 'four' })).toBe(false);
  expect(await tests().find(acme, 'okta', id, NOW)).toMatchObject({ traceId: 'three' });
});

describe('a link', () => {
  beforeAll(() => create('c'));

  it.each<[string, () => object]>([
    ['another token', () => ({ tokenHash: hash('z') })],
    ['another identity provider', () => ({ identityProvider: 'entra' })],
    ['another organization', () => ({ organizationId: globex })],
    ['a moment after its end', () => ({ now: later(1800) })],
  ])('opens by nothing else: %s', async (_, more) => {
    expect(await tests().isOpen(link('c', more()))).toBe(false);
    expect(await tests().start({ ...link('c', more()), traceId: 'five' })).toBe(false);
  });
});

it('is found by its id, in its organization and at its identity provider alone', async () => {
  const id = await create('d');
  expect(await tests().find(globex, 'okta', id, NOW)).toBeUndefined();
  expect(await tests().find(acme, 'entra', id, NOW)).toBeUndefined();
  expect(await tests().find(acme, 'okta', "x' or '1", NOW)).toBeUndefined();
});

it('is purged when it is over', async () => {
  const id = await create('e');
  expect((await test.current.database.purgeExpired(later(1799))).tests).toBe(0);
  expect((await test.current.database.purgeExpired(later(7200))).tests).toBeGreaterThan(0);
  expect(await tests().find(acme, 'okta', id, NOW)).toBeUndefined();
});

describe('evidence', () => {
  const evidence = (at: Date, digest: string) => ({
    organizationId: acme,
    identityProvider: 'okta',
    connectionDigest: digest,
    revision: 1,
    kind: 'login' as const,
    at,
  });
  const known = (organizationId: string) =>
    test.current.database
      .reconcileState({ actor: 'ci', now: NOW })
      .transaction('rollback', (state) => state.signIns.evidence(organizationId));

  it('is the newest', async () => {
    const { ssoEvidence } = test.current.database;
    await ssoEvidence.record(evidence(later(5), 'new'));
    await ssoEvidence.record(evidence(later(1), 'old'));
    expect([...(await known(acme))]).toEqual([['okta', { connectionDigest: 'new', at: later(5) }]]);
    expect([...(await known(globex))]).toEqual([]);
  });

  it('goes with its organization', async () => {
    await test.current.database.ssoEvidence.record({ ...evidence(NOW, 'x'), organizationId: globex });
    const store = test.current.database.reconcileState({ actor: 'ci', now: NOW });
    await store.transaction('commit', (state) => state.delete(globex));
    expect([...(await known(globex))]).toEqual([]);
  });

  it('is of what decides whether a sign-in works, and of nothing else', () => {
    const inUse = { entityId: 'e', ssoUrl: 's', signingCertificates: ['a', 'b'] };
    const saml = (more: object) =>
      effective(
        document('acme', { identityProviders: { okta: { type: 'saml', metadata: { url: 'https://x' }, ...more } } }),
      ).identityProviders['okta']!;
    const digest = connectionDigest(saml({}), inUse);
    for (const same of [{ displayName: 'x' }, { enabled: false }, { metadata: { url: 'https://y', refresh: '1h' } }])
      expect(connectionDigest(saml(same), inUse)).toBe(digest);
    expect(connectionDigest({ ...saml({}), name: 'renamed' }, inUse)).toBe(digest);
    expect(connectionDigest(saml({}), { ...inUse, signingCertificates: ['b', 'a'] })).toBe(digest);
    for (const other of [{ entityId: 'x' }, { ssoUrl: 'x' }, { signingCertificates: ['a'] }])
      expect(connectionDigest(saml({}), { ...inUse, ...other })).not.toBe(digest);
    for (const other of [{ minimumSigned: 'both' }, { attributes: { email: 'mail' } }, { forceAuthn: true }])
      expect(connectionDigest(saml(other), inUse)).not.toBe(digest);
  });
});
