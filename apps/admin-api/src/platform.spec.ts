import { verifyChain } from '@rolecall/audit';
import { API_RIGHTS, DEPLOYMENT } from '@rolecall/persistence';
import { everyRow } from './testing/rows.ts';
import { organization, platformRequest, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi, TestClient } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const trust = (more: object = {}) => ({
  issuer: 'https://ci.example.com',
  conditions: { repository: 'acme/config' },
  rights: ['plan'],
  organizations: ['eu-*'],
  ...more,
});

function platform(trustedIssuers: object, more: object = {}): object {
  return { ...platformRequest({ trustedIssuers }, 'deployment'), ...more };
}

const live = (client: TestClient = api.client) => client.call<Live & ErrorBody>('GET', '/v1/platform');

it('is applied with its plan, kept as revisions, and told to the audit log of the deployment', async () => {
  expect((await live()).json.error.code).toBe('no_platform');
  const request = platform({ ci: trust() });
  const { json: plan } = await api.client.plan(request);
  expect(plan.platform).toMatchObject({ action: 'create', baseRevision: 0 });
  expect((await live()).status).toBe(404);
  expect((await api.client.apply(request)).status).toBe(200);
  expect((await live()).json).toMatchObject({
    revision: 1,
    collection: 'deployment',
    file: 'platform.yaml',
    document: { spec: { trustedIssuers: { ci: trust() } } },
  });
  expect(
    (await api.client.apply(platform({ ci: trust({ rights: ['plan', 'apply'] }) }))).json.plan?.platform,
  ).toMatchObject({
    action: 'update',
    baseRevision: 1,
    fields: [{ path: '/spec/trustedIssuers/ci/rights' }],
  });
  const trail = await api.database.database.inOrganization(DEPLOYMENT, (tx) => tx.auditTrail(0, 10));
  expect(trail.map(({ type, data }) => [type, data['revision'], data['collection']])).toEqual([
    ['platform.updated', 1, 'deployment'],
    ['platform.updated', 2, 'deployment'],
  ]);
  await expect(verifyChain(trail)).resolves.toMatchObject({ ok: true });
});

it('is checked again on the server', async () => {
  const { status, json } = await api.client.plan(
    platform({ ci: trust({ conditions: {} }), other: { rights: ['all'] } }),
  );
  expect([status, json.error.code]).toEqual([422, 'configuration_invalid']);
  expect(json.error.diagnostics).toContainEqual(
    expect.objectContaining({
      pointer: '/spec/trustedIssuers/ci/conditions',
      position: expect.objectContaining({ file: 'platform.yaml' }),
    }),
  );
});

it('needs the right platform.apply to be changed, and none to be planned', async () => {
  const others = api.client.with(await api.token(API_RIGHTS.filter((right) => right !== 'platform.apply')));
  const request = platform({});
  const { status, json: plan } = await others.plan(request);
  expect([status, plan.platform?.action]).toEqual([200, 'update']);
  const before = await everyRow(api.database.ownerUrl);
  const refused = await others.apply(request, plan.fingerprint);
  expect([refused.status, refused.json.error.code]).toEqual([403, 'missing_right']);
  expect(refused.json.error.message).toContain('platform.apply');
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

it('is none of the business of a token of some organizations', async () => {
  const held = api.client.with(await api.token(API_RIGHTS, undefined, ['eu-*']));
  expect((await live(held)).json.error.code).toBe('organizations_restricted');
  const request = platform({}, { collection: 'eu' });
  expect((await held.plan(request)).json.error.code).toBe('organizations_restricted');
  expect((await held.apply(request, `sha256:${'0'.repeat(64)}`)).json.error.code).toBe('organizations_restricted');
});

it('is applied by one of two that come at once', async () => {
  const wanted = ['a', 'b'].map((name) => platform({ [name]: trust() }));
  const plans = await Promise.all(wanted.map((request) => api.client.plan(request)));
  const answers = await Promise.all(
    wanted.map((request, index) => api.client.apply(request, plans[index]?.json.fingerprint)),
  );
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
  expect(answers.find(({ status }) => status === 409)?.json.error.code).toBe('stale_plan');
});

it('goes along with organizations, all or nothing', async () => {
  const both = {
    ...requestOf([organization('eu-acme')]),
    collection: 'deployment',
    platform: (platform({}) as { platform: object }).platform,
  };
  const refused = {
    ...both,
    organizations: [{ document: organization('eu-acme', { emailDomains: { 'gmail.com': { verification: 'dns' } } }) }],
  };
  const before = (await live()).json.revision;
  expect((await api.client.plan(refused)).status).toBe(422);
  expect((await live()).json.revision).toBe(before);
  const { json } = await api.client.apply(both);
  expect([json.plan?.changes.length, json.plan?.platform?.action]).toEqual([1, 'update']);
});

interface Live {
  readonly revision: number;
}
