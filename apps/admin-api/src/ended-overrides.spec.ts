import { API_RIGHTS } from '@rolecall/persistence';
import { Metrics } from '@rolecall/platform';
import { TEST_OTHER_KEY, TestIdp, TestMetadataHost } from '@rolecall/saml/testing';
import { EndedOverrides } from './organizations/ended-overrides.ts';
import { signedIn } from './testing/signed-in.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

/** Overrides end by themselves: the server takes them back, as a write that is checked, guarded and audited like any other. */
const XML = new TestIdp().metadata();
const RENEWED = new TestIdp({ key: TEST_OTHER_KEY }).metadata();
const OTHER = new TestIdp({ entityId: 'https://other.example/saml' }).metadata();
const OKTA = { type: 'saml', metadata: { xml: XML } };
const HOUR_MS = 3_600_000;

let api: TestApi;
let host: TestMetadataHost;
let now = new Date();
let counter = 0;
let name = '';

beforeAll(async () => {
  host = await TestMetadataHost.start();
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: host.origin }, () => now);
});
afterAll(async () => {
  await api?.close();
  host?.stop();
});
beforeEach(() => {
  now = new Date();
  counter += 1;
  name = `acme-${counter}`;
});

const apply = (spec: object) => api.client.apply(requestOf([organization(name, spec)], { collection: name }));
const patch = async (spec: object, override?: object, more?: object) => {
  const baseRevision = (await record()).revision;
  return api.client.call<ErrorBody>('PATCH', `/v1/organizations/${name}`, {
    baseRevision,
    patch: { spec },
    ...more,
    ...(override && { override: { reason: 'incident 7', expires: inHours(1), ...override } }),
  });
};
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const record = async () => (await api.database.database.registry.record(name))!;
const live = async () => (await record()).document.spec;
const events = async () => {
  const { organizationId } = await record();
  return api.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 100));
};
const run = async (hours: number) => {
  now = new Date(Date.now() + hours * HOUR_MS);
  await api.app.get(EndedOverrides).runDue();
};

it('takes what files declare and what they do not back at its time, once, and leaves the rest', async () => {
  await apply({ displayName: 'Acme', identityProviders: { okta: OKTA } });
  await patch({ jit: { enabled: false } });
  await patch({ displayName: 'Incident', login: { session: { idle: '5m' } } }, {});
  await patch({ identityProviders: { okta: { enabled: false } } }, { expires: inHours(3) });
  await run(0.5);
  expect((await live()).displayName).toBe('Incident');

  await run(1.1);
  const [end, updated] = [(await events()).at(-1), (await events()).at(-2)];
  expect(await live()).toMatchObject({ displayName: 'Acme', jit: { enabled: false } });
  expect((await live()).login).toBeUndefined();
  expect((await live()).identityProviders?.['okta']).toMatchObject({ enabled: false });
  const paths = ['/spec/displayName', '/spec/login/session/idle'];
  expect(updated).toMatchObject({ type: 'organization.updated', actor: { kind: 'system' }, data: { paths } });
  expect(end).toMatchObject({ type: 'organization.override_ended', actor: { kind: 'system' }, data: { paths } });
  const { revision } = await record();
  await run(1.2);
  expect((await record()).revision).toBe(revision);

  await run(3.1);
  expect((await live()).identityProviders?.['okta']).not.toHaveProperty('enabled');
});

it('refuses what is written for good below an override that runs, and names it, its end and what to do', async () => {
  await apply({});
  await patch({ roles: { helper: { permissions: ['a'] } } }, {});
  const { status, json } = await patch({ roles: { helper: { displayName: 'Help' } } });
  expect([status, json.error.code]).toEqual([409, 'overridden']);
  expect(json.error.message).toContain(`rolecall override end ${name} /spec/roles/helper`);
  await api.client.call('DELETE', `/v1/organizations/${name}/overrides`);
  expect((await patch({ roles: { helper: { displayName: 'Help' } } })).status).toBe(200);
});

it('has two replicas that find the same one take it back once', async () => {
  await apply({});
  await patch({ displayName: 'Incident' }, {});
  now = new Date(Date.now() + 2 * HOUR_MS);
  const ended = api.app.get(EndedOverrides);
  await Promise.all([ended.runDue(), ended.runDue()]);
  expect(await record()).toMatchObject({ revision: 3 });
  expect((await events()).filter(({ type }) => type === 'organization.override_ended')).toHaveLength(1);
  const told = api.log.map((line) => JSON.parse(line)).filter(({ organization }) => organization === name);
  expect(told).toMatchObject([{ level: 'info', fields: 1 }]);
});

it('takes back what was overridden where no collection owns the organization any more', async () => {
  await apply({ displayName: 'Acme' });
  await patch({ displayName: 'Incident' }, {});
  const release = { ...requestOf([], { collection: name, files: [] }), partial: { release: [name] } };
  expect((await api.client.apply(release)).status).toBe(200);
  await run(2);
  expect((await live()).displayName).toBe('Acme');
});

it('leaves what no longer can be taken back as drift, says so in the log, and tries again', async () => {
  await apply({});
  await patch({ scopes: { 'project/x': {} } }, {});
  const mappingRoles = { red: { grants: { 'project/x': ['member'] } } };
  await patch({ authorization: { mappingRoles } });
  await run(1.1);
  expect((await live()).scopes).toHaveProperty('project/x');
  const warned = api.log.map((line) => JSON.parse(line)).filter(({ organization }) => organization === name);
  expect(warned).toMatchObject([{ level: 'warn', code: 'unknown_scope' }]);
  const { json } = await api.client.call<{ drift: object[] }>('GET', `/v1/collections/${name}/drift`);
  expect(JSON.stringify(json)).toContain('/spec/scopes/project~1x');

  await patch({ authorization: { mappingRoles: null } });
  await run(1.11);
  expect((await live()).scopes).toHaveProperty('project/x');
  await run(1.4);
  expect((await live()).scopes).not.toHaveProperty('project/x');
});

it('ends what somebody ends in the name of that person, and says so once', async () => {
  await apply({ displayName: 'Acme' });
  await patch({ displayName: 'Incident', login: { session: { idle: '5m' } } }, {});
  await api.client.call(
    'DELETE',
    `/v1/organizations/${name}/overrides?path=${encodeURIComponent('/spec/displayName')}`,
  );
  const trail = (await events()).filter(({ type }) => type !== 'grants.changed').slice(-2);
  const paths = ['/spec/displayName'];
  expect(trail).toMatchObject([
    { type: 'organization.override_ended', actor: { kind: 'token' }, data: { paths } },
    { type: 'organization.updated', actor: { kind: 'token' }, data: { paths } },
  ]);
});

it('says why the former metadata did not come back while it cannot be fetched, where people look', async () => {
  const at = (path: string) => ({ okta: { type: 'saml', metadata: { url: `${host.origin}/${path}` } } });
  const ended = async () => (await events()).filter(({ type }) => type === 'organization.override_ended').length;
  const staying = async () =>
    (await api.app.get(Metrics).render()).match(/^rolecall_overrides_staying\{.*outbound_status.*$/gm);
  host.serves = XML;
  await apply({});
  await patch({ identityProviders: at('former') });
  expect((await patch({ identityProviders: at('other') }, {})).status).toBe(200);
  host.serves = (_request, response) => void response.writeHead(503).end();
  await run(1.1);
  expect(await staying()).toEqual([expect.stringMatching(/ 1$/)]);
  const list = await api.client.call<object>('GET', `/v1/organizations/${name}/overrides`);
  expect(list.json).toMatchObject({ overrides: [{ refused: 'outbound_status' }] });
  const { json } = await api.client.call<{ organizations: { fields: object[] }[] }>(
    'GET',
    `/v1/collections/${name}/drift`,
  );
  const reason = { reason: 'incident 7', refused: 'outbound_status' };
  expect(json.organizations[0]?.fields).toMatchObject([{ override: null, ended: reason }]);
  expect(await ended()).toBe(1);

  host.serves = XML;
  await run(1.4);
  expect((await live()).identityProviders).toMatchObject(at('former'));
  expect(await ended()).toBe(1);
  expect(await staying()).toBeNull();
});

it('takes back what somebody ends before its time, at once', async () => {
  await apply({ displayName: 'Acme' });
  await patch({ displayName: 'Incident', login: { session: { idle: '5m' } } }, {});
  const path = encodeURIComponent('/spec/displayName');
  const { status, json } = await api.client.call('DELETE', `/v1/organizations/${name}/overrides?path=${path}`);
  expect([status, json]).toMatchObject([200, { overrides: [{ path: '/spec/displayName' }], takenBack: true }]);
  expect(await live()).toMatchObject({ displayName: 'Acme', login: { session: { idle: '5m' } } });
  const { text } = await api.client.call('GET', `/v1/organizations/${name}/overrides`);
  expect(JSON.parse(text)).toMatchObject({ overrides: [{ path: '/spec/login/session/idle' }] });
});

it('keeps no address in the register of what ends', async () => {
  await apply({ login: { exemptions: { 'ann@acme.example': { reason: 'r', expires: '2099-01-01' } } } });
  const bob = { 'bob@acme.example': { reason: 'no account', expires: '2099-01-01' } };
  expect((await patch({ login: { exemptions: bob } }, {})).status).toBe(200);
  const { text } = await api.client.call('GET', `/v1/expiry?organization=${name}`);
  expect(text).toContain('/spec/login/exemptions');
  expect(text).not.toContain('bob@');
});

it('replaces metadata that nobody declares, and brings the former back', async () => {
  await apply({});
  await patch({ identityProviders: { okta: OKTA } });
  expect((await patch({ identityProviders: { okta: { metadata: { xml: RENEWED } } } }, {})).status).toBe(200);
  await run(2);
  expect((await live()).identityProviders?.['okta']).toMatchObject({ metadata: { xml: XML.trim() } });
});

it('brings the metadata of the former identity provider back, though users are linked to it', async () => {
  await apply({});
  await patch({ identityProviders: { okta: OKTA } });
  await signedIn(api, name, []);
  const other = { identityProviders: { okta: { metadata: { xml: OTHER } } } };
  expect((await patch(other, {})).json.error.code).toBe('replace_needs_consent');
  expect((await patch(other, {}, { allowReplace: true })).status).toBe(200);
  await run(2);
  expect((await live()).identityProviders?.['okta']).toMatchObject({ metadata: { xml: XML.trim() } });
});

it('takes back what it can, where one override cannot be taken back', async () => {
  await apply({ displayName: 'Acme' });
  await patch({ displayName: 'Incident', scopes: { 'project/x': {} }, login: { session: { idle: '5m' } } }, {});
  const mappingRoles = { red: { grants: { 'project/x': ['member'] } } };
  await patch({ authorization: { mappingRoles } });
  await run(1.1);
  expect(await live()).toMatchObject({ displayName: 'Acme', scopes: { 'project/x': {} } });
  expect((await live()).login).toBeUndefined();
  const { text } = await api.client.call('GET', `/v1/organizations/${name}/overrides`);
  expect(JSON.parse(text)).toMatchObject({ overrides: [{ path: '/spec/scopes/project~1x' }] });
});

it('tells who ends an override that what it set could not be taken back', async () => {
  await apply({});
  await patch({ scopes: { 'project/x': {} } }, {});
  await patch({ authorization: { mappingRoles: { red: { grants: { 'project/x': ['member'] } } } } });
  const { status, json } = await api.client.call('DELETE', `/v1/organizations/${name}/overrides`);
  const ended = {
    overrides: [{ path: '/spec/scopes/project~1x' }],
    takenBack: false,
    refused: 'unknown_scope',
  };
  expect([status, json]).toMatchObject([200, ended]);
  expect(await live()).toHaveProperty(['scopes', 'project/x']);
});

it('brings back what others declare too, whoever ends the override: it stood there before', async () => {
  const origins = [`https://wiki.${name}.example`];
  const shared = { applications: { wiki: { type: 'forward-auth', origins } } };
  const beside = `beside-${name}`;
  await api.client.apply(requestOf([organization(beside, shared)], { collection: beside }));
  expect((await apply(shared)).status).toBe(200);
  expect((await patch({ applications: { wiki: null } }, {})).status).toBe(200);
  const held = api.client.with(await api.token(API_RIGHTS, undefined, [name]));
  const { status, json } = await held.call('DELETE', `/v1/organizations/${name}/overrides`);
  expect([status, json]).toMatchObject([200, { takenBack: true }]);
  expect(await live()).toMatchObject(shared);
});
