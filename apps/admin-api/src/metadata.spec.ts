import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GuardedFetch, MetadataSource } from '@rolecall/platform';
import { TestIdp } from '@rolecall/saml/testing';
import { MetadataRefresher } from './maintenance/metadata-refresher.ts';
import { everyRow } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const idp = new TestIdp();
const METADATA = idp.metadata();

let server: Server;
let fetched: string[];
let answer: RequestListener;
let origin: string;
let api: TestApi;

beforeAll(async () => {
  server = createServer((request, response) => {
    fetched.push(request.url ?? '');
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  fetched = [];
  answer = (_request, response) => {
    response.setHeader('Content-Type', 'application/samlmetadata+xml');
    response.end(METADATA);
  };
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: origin });
});
afterEach(() => api?.close());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const withOkta = (name: string, okta: object, more: object = {}) =>
  organization(name, { identityProviders: { okta: { type: 'saml', ...okta } }, ...more });
const byUrl = (name: string, more: object = {}, provider: object = {}) =>
  withOkta(name, { metadata: { url: `${origin}/${name}` }, ...provider }, more);
/** What is stored of an IdP at the organization's present revision; this reader hears of a new one by NOTIFY, a moment later. */
const stored = async (name: string, provider = 'okta') => {
  const { organizations } = api.database.database;
  const path = `/v1/organizations/${name}`;
  const { json } = await api.client.call<{ organizationId: string; revision: number }>('GET', path);
  for (;;) {
    const snapshot = await organizations.byId(json.organizationId);
    if (snapshot?.revision === json.revision) return snapshot.identityProviders.get(provider);
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it('is fetched for a new organization, and stored as it came', async () => {
  expect((await api.client.apply(requestOf([byUrl('acme')]))).status).toBe(200);
  expect((await stored('acme'))?.metadataXml).toBe(METADATA);
});

it('is not fetched again for what has not changed; a change of something else makes it due, and nobody waits for it', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `org-${index}`);
  await api.client.apply(requestOf(names.map((name) => byUrl(name))));
  fetched = [];
  expect((await api.client.plan(requestOf(names.map((name) => byUrl(name))))).json.summary.unchanged).toBe(20);
  const renamed = requestOf(names.map((name) => byUrl(name, { displayName: 'Another name' })));
  expect((await api.client.apply(renamed)).json.applied).toHaveLength(20);
  expect(fetched).toEqual([]);
  expect((await stored('org-7'))?.metadataXml).toBe(METADATA);
  expect(await api.app.get(MetadataRefresher).runDue()).toBe(20);
  expect(fetched.sort()).toEqual(names.map((name) => `/${name}`).sort());
});

it('is fetched when the URL changes', async () => {
  await api.client.apply(requestOf([byUrl('acme')]));
  fetched = [];
  const moved = new TestIdp({ entityId: 'https://new.example/saml' }).metadata();
  answer = (_request, response) => response.end(moved);
  await api.client.apply(requestOf([withOkta('acme', { metadata: { url: `${origin}/moved` } })]));
  expect(new Set(fetched)).toEqual(new Set(['/moved']));
  expect((await stored('acme'))?.metadataXml).toBe(moved);
});

it.each([
  ['outbound_scheme_refused', 'http://idp.example/metadata'],
  ['outbound_host_refused', 'https://169.254.169.254/latest/meta-data'],
  ['outbound_host_refused', 'https://localhost/metadata'],
  ['outbound_port_refused', 'https://idp.example:22/'],
])('%s: %s is never fetched', async (code, url) => {
  const { status, json } = await api.client.plan(requestOf([withOkta('acme', { metadata: { url } })]));
  expect([status, json.error.code]).toEqual([422, 'configuration_invalid']);
  expect(json.error.diagnostics).toEqual([
    expect.objectContaining({ code, organization: 'acme', pointer: '/spec/identityProviders/okta/metadata' }),
  ]);
  expect(fetched).toEqual([]);
});

it.each<[string, RequestListener]>([
  ['outbound_status', (_request, response) => response.writeHead(404).end('secret page')],
  [
    'outbound_redirect_refused',
    (_request, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  ],
  ['metadata_not_xml', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['metadata_not_utf8', (_request, response) => response.end(Buffer.from([0x3c, 0xff]))],
  [
    'xml_doctype',
    (_request, response) => response.end('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
  ],
  ['metadata_not_saml', (_request, response) => response.end('<a/>')],
  ['outbound_too_large', (_request, response) => response.end('x'.repeat(1_000_001))],
])('%s is a diagnostic of the provider, and nothing is written', async (code, listener) => {
  const before = await everyRow(api.database.ownerUrl);
  answer = listener;
  const { status, json, text } = await api.client.apply(
    requestOf([byUrl('acme'), organization('globex')]),
    `sha256:${'0'.repeat(64)}`,
  );
  expect([status, json.error.code]).toEqual([422, 'configuration_invalid']);
  expect(json.error.diagnostics).toEqual([
    expect.objectContaining({
      code,
      organization: 'acme',
      pointer: '/spec/identityProviders/okta/metadata',
      severity: 'error',
    }),
  ]);
  expect(text).not.toMatch(/secret page|passwd/);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

it('must lead to a sign-on address that is https, or allowed', async () => {
  const insecure = new TestIdp({ ssoUrl: 'http://idp.example/sso' }).metadata();
  const allowed = new TestIdp({ ssoUrl: `${origin}/sso` }).metadata();
  const plan = (xml: string) => api.client.plan(requestOf([withOkta('acme', { metadata: { xml } })]));
  expect((await plan(insecure)).json.error.diagnostics).toEqual([
    expect.objectContaining({
      code: 'metadata_sso_url_insecure',
      pointer: '/spec/identityProviders/okta/metadata/xml',
    }),
  ]);
  expect((await plan(allowed)).status).toBe(200);
});

it('in development may lead to an http address of this machine, in production not', () => {
  const guarded = new GuardedFetch({ allowedOrigins: [] });
  const at = (ssoUrl: string) => new TestIdp({ ssoUrl }).metadata();
  const now = new Date();
  const development = new MetadataSource(guarded, [], true);
  for (const ssoUrl of ['http://localhost:9999/sso', 'http://127.0.0.1:9999/sso', 'http://[::1]:9999/sso']) {
    expect(development.read(at(ssoUrl), { now })).toMatchObject({ metadata: { ssoUrl } });
    expect(new MetadataSource(guarded, []).read(at(ssoUrl), { now })).toMatchObject({
      problem: { code: 'metadata_sso_url_insecure' },
    });
  }
  expect(development.read(at('http://localhost.idp.example/sso'), { now })).toHaveProperty('problem');
});

it('a higher generation brings the next keys, at the apply alone, and no answer shows one', async () => {
  const at = (generation: number) =>
    requestOf([withOkta('acme', { metadata: { xml: METADATA }, serviceProviderKeys: { generation, overlap: '2h' } })]);
  const generations = async () =>
    (await stored('acme'))?.serviceProviderKeys?.map(({ use, generation }) => `${use} ${generation}`);
  await api.client.apply(at(1));
  expect(await generations()).toEqual(['encryption 1', 'signing 1']);
  const planned = await api.client.plan(at(2));
  expect(planned.text).toContain('/spec/identityProviders/okta/serviceProviderKeys/generation');
  expect(await generations()).toEqual(['encryption 1', 'signing 1']);
  const applied = await api.client.apply(at(2));
  expect(await generations()).toEqual(['encryption 1', 'encryption 2', 'signing 1', 'signing 2']);
  const next = (await stored('acme'))?.serviceProviderKeys?.filter(({ generation }) => generation === 2) ?? [];
  expect(new Set(next.map(({ certificate }) => certificate)).size).toBe(2);
  for (const { overlapSeconds } of next) expect(overlapSeconds).toBe(7200);
  await api.client.apply(at(1));
  expect(await generations()).toHaveLength(4);
  const read = (await api.client.call('GET', '/v1/organizations/acme')).text;
  for (const text of [planned.text, applied.text, read, api.log.join('')])
    expect(text).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE|saml_\w+_key/);
});

it('an IdP whose requests are signed keeps its key through every change, also under a new name', async () => {
  const signing = { metadata: { xml: METADATA }, signRequests: true };
  await api.client.apply(requestOf([withOkta('acme', signing)]));
  const keys = (await stored('acme'))?.serviceProviderKeys;
  expect(keys?.map(({ use, generation }) => [use, generation])).toEqual([['signing', 1]]);
  expect(keys?.[0]?.certificate).toContain('BEGIN CERTIFICATE');
  await api.client.apply(requestOf([withOkta('acme', { ...signing, forceAuthn: true })]));
  expect((await stored('acme'))?.serviceProviderKeys).toEqual(keys);
  const renamed = { identityProviders: { entra: { type: 'saml', previously: ['okta'], ...signing } } };
  expect((await api.client.apply(requestOf([organization('acme', renamed)]))).status).toBe(200);
  expect((await stored('acme', 'entra'))?.serviceProviderKeys).toEqual(keys);
  expect(api.log.join('')).not.toMatch(/PRIVATE KEY|EntityDescriptor/);
  expect((await api.client.call('GET', '/v1/organizations/acme')).text).not.toContain('PRIVATE KEY');
});

it('requests by HTTP-POST need a usable address for them in the metadata', async () => {
  const plan = (xml: string) =>
    api.client.plan(requestOf([withOkta('acme', { metadata: { xml }, requestBinding: 'post' })]));
  const without = await plan(METADATA);
  expect([without.status, without.text]).toEqual([422, expect.stringContaining('metadata_no_post_endpoint')]);
  const insecure = await plan(new TestIdp({ ssoPostUrl: 'http://idp.example/post' }).metadata());
  expect(insecure.text).toContain('metadata_no_post_endpoint');
  expect((await plan(new TestIdp({ ssoPostUrl: 'https://idp.example/post' }).metadata())).status).toBe(200);
});

it('single logout needs a service in the metadata, and gets a key', async () => {
  const without = await api.client.plan(
    requestOf([withOkta('acme', { metadata: { xml: METADATA }, singleLogout: true })]),
  );
  expect(without.status).toBe(422);
  expect(without.text).toContain('metadata_no_single_logout');
  const insecure = new TestIdp({ sloUrl: 'http://idp.example/slo' }).metadata();
  const refused = await api.client.plan(
    requestOf([withOkta('acme', { metadata: { xml: insecure }, singleLogout: true })]),
  );
  expect(refused.text).toContain('metadata_no_single_logout');
  const xml = new TestIdp({ sloUrl: 'https://idp.example/slo' }).metadata();
  expect(
    (await api.client.apply(requestOf([withOkta('acme', { metadata: { xml }, singleLogout: true })]))).status,
  ).toBe(200);
  expect((await stored('acme'))?.serviceProviderKeys?.[0]?.certificate).toContain('BEGIN CERTIFICATE');
});
