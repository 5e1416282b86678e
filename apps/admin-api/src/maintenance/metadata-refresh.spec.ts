import type { RequestListener } from 'node:http';
import type { ChainedEvent } from '@rolecall/audit';
import type { IdentityProviderState } from '@rolecall/persistence';
import { createLogger, MetadataRefresh, Metrics } from '@rolecall/platform';
import { certificatesOf, parseIdpMetadata } from '@rolecall/saml';
import type { SigningKey } from '@rolecall/saml';
import { signXml, TEST_EC_KEY, TEST_IDP_KEY, TEST_OTHER_KEY, TestIdp, TestMetadataHost } from '@rolecall/saml/testing';
import { organization, requestOf, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import { MetadataRefresher } from './metadata-refresher.ts';

const HOUR = 3_600_000;
const idp = new TestIdp();
const ORIGINAL = idp.metadata();
const BOTH = idp.metadata([TEST_IDP_KEY, TEST_OTHER_KEY]);
const OTHER = idp.metadata([TEST_OTHER_KEY]);

let host: TestMetadataHost;
let api: TestApi;
let now: Date;
let id: string;

beforeAll(async () => {
  host = await TestMetadataHost.start();
});
beforeEach(async () => {
  now = new Date('2026-03-02T09:00:00Z');
  host.serves = ORIGINAL;
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: host.origin }, () => now);
  await apply({});
  host.asked.length = 0;
  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/acme');
  id = json.organizationId;
});
afterEach(() => api?.close());
afterAll(() => host?.stop());

async function apply(metadata: object, more: object = {}): Promise<void> {
  const okta = { type: 'saml', metadata: { url: `${host.origin}/okta`, ...metadata } };
  const { status, text } = await api.client.apply(
    requestOf([organization('acme', { identityProviders: { okta }, ...more })]),
  );
  if (status !== 200) throw new Error(text);
}

const pass = (ms: number) => void (now = new Date(now.getTime() + ms));

/** Everything that is due now. */
const refresh = () => api.app.get(MetadataRefresher).runDue();

/** A whole interval, whatever the jitter. */
async function refreshLater(): Promise<void> {
  pass(7 * HOUR);
  await refresh();
}

async function state(): Promise<IdentityProviderState> {
  const [only] = await api.database.database.metadata.states(id);
  if (!only) throw new Error('acme has no identity provider');
  return only;
}

const events = async (): Promise<readonly ChainedEvent[]> => {
  const trail = await api.database.database.inOrganization(id, (tx) => tx.auditTrail(0, 100));
  return trail.filter(({ type }) => type.startsWith('metadata.'));
};

const fingerprints = (...keys: readonly SigningKey[]) =>
  certificatesOf(parseIdpMetadata(idp.metadata(keys), { now })).map(({ fingerprint }) => fingerprint);

it('fetches a URL again after its interval, and not before', async () => {
  pass(5 * HOUR);
  expect(await refresh()).toBe(0);
  pass(2 * HOUR);
  expect(await refresh()).toBe(1);
  expect(await refresh()).toBe(0);
  expect(host.asked).toEqual(['/okta']);
  expect((await state()).refresh).toMatchObject({ succeededAt: now, failures: 0, errorCode: undefined });
  expect(await events()).toEqual([]);
});

it('keeps to the interval of the document', async () => {
  await apply({ refresh: '15m' });
  await refresh();
  pass(17 * 60_000);
  expect(await refresh()).toBe(1);
});

it('takes a key that comes beside the known one, and lets the known one go later; both are audited, no document', async () => {
  host.serves = BOTH;
  await refreshLater();
  expect((await state()).metadataXml).toBe(BOTH);
  host.serves = OTHER;
  await refreshLater();
  expect((await state()).metadataXml).toBe(OTHER);
  const [added, removed] = await events();
  expect(added).toMatchObject({ type: 'metadata.changed', actor: { kind: 'system', id: 'metadata-refresh' } });
  expect(added?.data).toMatchObject({ identityProvider: 'okta', added: fingerprints(TEST_OTHER_KEY), removed: [] });
  expect(removed?.data).toMatchObject({ added: [], removed: fingerprints(TEST_IDP_KEY) });
  expect(JSON.stringify(await events()) + api.log.join('')).not.toContain('EntityDescriptor');
});

it('tells every reader at once, though no revision was made', async () => {
  const { organizations } = api.database.database;
  const before = await organizations.byId(id);
  host.serves = BOTH;
  await refreshLater();
  for (;;) {
    const snapshot = await organizations.byId(id);
    if (snapshot === before) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    expect(snapshot?.identityProviders.get('okta')?.metadataXml).toBe(BOTH);
    expect(snapshot?.revision).toBe(before?.revision);
    return;
  }
});

it('holds metadata whose keys are all new: the known ones stay, and it is said once', async () => {
  host.serves = OTHER;
  await refreshLater();
  const { metadataXml, held, refresh: last } = await state();
  expect(metadataXml).toBe(ORIGINAL);
  expect(held).toMatchObject({ xml: OTHER, code: 'metadata_all_keys_replaced', since: now });
  expect(last).toMatchObject({ errorCode: 'metadata_all_keys_replaced', failures: 0 });
  await refreshLater();
  expect((await state()).held?.since).toEqual(held?.since);
  expect((await events()).map(({ type, data }) => [type, data['added']])).toEqual([
    ['metadata.held', fingerprints(TEST_OTHER_KEY)],
  ]);
  host.serves = ORIGINAL;
  await refreshLater();
  expect((await state()).held).toBeUndefined();
});

it('takes metadata whose keys are all new when the pinned key signed it', async () => {
  const ends = (xml: string) =>
    xml.replace(
      'entityID=',
      `ID="_m" validUntil="${new Date(now.getTime() + 20 * 24 * HOUR).toISOString()}" entityID=`,
    );
  host.serves = signXml(ends(ORIGINAL), { key: TEST_OTHER_KEY });
  await apply({ signedBy: TEST_OTHER_KEY.certificate });
  const renewed = signXml(ends(idp.metadata([TEST_EC_KEY])), { key: TEST_OTHER_KEY });
  host.serves = renewed;
  await refreshLater();
  expect((await state()).metadataXml).toBe(renewed);
  host.serves = idp.metadata([TEST_EC_KEY, TEST_OTHER_KEY]);
  await refreshLater();
  expect(await state()).toMatchObject({
    metadataXml: renewed,
    refresh: { errorCode: 'metadata_signature_missing', failures: 1 },
  });
});

it('does not take what lacks something that the document asks of the connection', async () => {
  const withLogout = new TestIdp({ sloUrl: 'https://idp.example/slo' });
  host.serves = withLogout.metadata();
  const okta = { type: 'saml', singleLogout: true, metadata: { url: `${host.origin}/logout` } };
  await api.client.apply(requestOf([organization('acme', { identityProviders: { okta } })]));
  host.serves = BOTH;
  await refreshLater();
  expect(await state()).toMatchObject({
    metadataXml: withLogout.metadata(),
    refresh: { errorCode: 'metadata_no_single_logout' },
  });
});

it('an apply of a changed document makes it due; one of the same document does nothing', async () => {
  await apply({});
  expect(await refresh()).toBe(0);
  host.serves = BOTH;
  await apply({}, { displayName: 'Acme' });
  expect(host.asked).toEqual([]);
  expect(await refresh()).toBe(1);
  expect((await state()).metadataXml).toBe(BOTH);
});

it('an apply keeps what a refresh brought, although it was prepared with what it replaced', async () => {
  host.serves = BOTH;
  await refreshLater();
  await apply({}, { displayName: 'Acme' });
  expect((await state()).metadataXml).toBe(BOTH);
  host.serves = OTHER;
  await apply({ url: `${host.origin}/moved` });
  expect((await state()).metadataXml).toBe(OTHER);
});

it('an apply while a refresh is under way wins', async () => {
  let answerLater = () => {};
  const asked = new Promise<void>((resolve) => {
    host.serves = (_request, response) => {
      answerLater = () => void response.end(BOTH);
      resolve();
    };
  });
  pass(7 * HOUR);
  const refreshing = refresh();
  await asked;
  host.serves = OTHER;
  await apply({ url: `${host.origin}/moved` });
  answerLater();
  await refreshing;
  expect(await state()).toMatchObject({ metadataXml: OTHER, held: undefined });
  expect(await events()).toEqual([]);
});

describe('a host that is down, broken or hostile', () => {
  it.each<[string, RequestListener]>([
    ['outbound_unreachable', (request) => request.destroy()],
    ['outbound_status', (_request, response) => void response.writeHead(503).end()],
    ['outbound_timeout', (_request, response) => void response.write('<')],
    ['outbound_too_large', (_request, response) => void response.end('x'.repeat(1_000_001))],
    [
      'outbound_redirect_refused',
      (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    [
      'xml_doctype',
      (_request, response) =>
        void response.end('<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&b;</b>'),
    ],
    ['metadata_no_signing_certificate', (_request, response) => void response.end(idp.metadata([]))],
    [
      'metadata_entity_id_changed',
      (_request, response) => void response.end(new TestIdp({ entityId: 'https://evil.example' }).metadata()),
    ],
    [
      'metadata_sso_url_insecure',
      (_request, response) => void response.end(ORIGINAL.replace('https://idp.example/sso', 'http://idp.example/sso')),
    ],
  ])(
    '%s changes nothing, and is tried again after a while',
    async (code, serves) => {
      host.serves = serves;
      await refreshLater();
      expect(await state()).toMatchObject({ metadataXml: ORIGINAL, refresh: { errorCode: code, failures: 1 } });
      expect(await refresh()).toBe(0);
      host.serves = BOTH;
      pass(2 * 60_000);
      expect(await refresh()).toBe(1);
      expect(await state()).toMatchObject({ metadataXml: BOTH, refresh: { errorCode: undefined, failures: 0 } });
    },
    30_000,
  );

  it('is asked less and less', async () => {
    host.serves = (_request, response) => void response.writeHead(500).end();
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      pass(10 * 60_000);
      await refresh();
    }
    expect((await state()).refresh?.failures).toBe(host.asked.length);
    expect(host.asked.length).toBeLessThan(12);
    expect((await state()).metadataXml).toBe(ORIGINAL);
  });
});

describe('several replicas', () => {
  it('share what is due: each URL is fetched by one of them', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `org-${index}`);
    const okta = (name: string) => ({ type: 'saml', metadata: { url: `${host.origin}/${name}` } });
    const documents = names.map((name) => organization(name, { identityProviders: { okta: okta(name) } }));
    expect((await api.client.apply(requestOf(documents, { collection: 'other' }))).status).toBe(200);
    host.asked.length = 0;
    pass(7 * HOUR);
    const { metadata } = api.database.database;
    const logger = createLogger({ app: 'test', level: 'error' });
    const run = api.app.get(MetadataRefresh);
    const replica = () => new MetadataRefresher(metadata, run, () => now, logger, new Metrics('test'));
    const done = await Promise.all([refresh(), replica().runDue(), replica().runDue()]);
    expect(done.reduce((sum, each) => sum + each)).toBe(31);
    expect(host.asked.sort()).toEqual([...names.map((name) => `/${name}`), '/okta'].sort());
  });

  it('take over what a replica claimed that died', async () => {
    pass(7 * HOUR);
    expect(await api.database.database.metadata.claimDue(now, 10)).toHaveLength(1);
    expect(await refresh()).toBe(0);
    pass(61_000);
    expect(await refresh()).toBe(1);
  });
});

it('shows in the metrics how many fail, are held, and end soon, naming only what ends', async () => {
  host.serves = OTHER;
  await refreshLater();
  const metrics = async () => (await api.client.call('GET', '/metrics')).text.replaceAll('app="admin-api",', '');
  expect(await metrics()).toMatch(/rolecall_saml_metadata\{[^}]*state="held"[^}]*\} 1/);
  expect(await metrics()).toMatch(/rolecall_saml_metadata\{[^}]*state="failing"[^}]*\} 0/);
  expect(await metrics()).toMatch(
    /rolecall_metadata_refreshes_total\{.*outcome="hold",code="metadata_all_keys_replaced".*\} 1/,
  );
  expect(await metrics()).toMatch(/rolecall_saml_certificates_expiring\{[^}]*days="90"[^}]*\} 0/);
  now = new Date('2035-12-20T00:00:00Z');
  expect(await metrics()).toMatch(/rolecall_saml_certificates_expiring\{[^}]*days="30"[^}]*\} 1/);
  const named = (await metrics()).split('\n').filter((line) => /okta|acme/.test(line));
  expect(named).toEqual([expect.stringMatching(/^rolecall_days_left\{[^}]*kind="idp-certificate"[^}]*\} \d+$/)]);
});
