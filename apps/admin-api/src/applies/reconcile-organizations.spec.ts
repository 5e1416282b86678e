import { API_RIGHTS } from '@rolecall/persistence';
import { GuardedFetch, MetadataSource } from '@rolecall/platform';
import { TestIdp } from '@rolecall/saml/testing';
import type { Principal } from '../access/principal.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { organization, requestOf, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import { OpenIdProviders } from './openid-providers.ts';
import { ReconcileOrganizations } from './reconcile-organizations.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const CALLER: Principal = {
  kind: 'token',
  id: '1',
  name: 'ci',
  actor: { kind: 'token', id: '1' },
  rights: API_RIGHTS,
  organizations: undefined,
};
const guarded = new GuardedFetch({ allowedOrigins: [] });
const metadata = new MetadataSource(guarded, []);

/** Does something between the preparation and the transaction that commits. */
function interruptedBy(something: () => Promise<unknown>): ReconcileOrganizations {
  const { database } = api.database;
  return new ReconcileOrganizations(
    {
      organizations: database.organizations,
      collections: database.collections,
      audit: database.audit,
      reconcileState: (by) => ({
        async transaction(end, work) {
          if (end === 'commit') await something();
          return database.reconcileState(by).transaction(end, work);
        },
      }),
    },
    metadata,
    new OpenIdProviders(guarded, []),
    {},
    'http://localhost:4002',
  );
}

it('refuses what changed between the preparation and the transaction, even when the plan comes out the same', async () => {
  const identityProviders = { okta: { type: 'saml', metadata: { xml: new TestIdp().metadata() } } };
  const version = (displayName: string) => requestOf([organization('acme', { displayName, identityProviders })]);
  const { database } = api.database;
  await api.client.apply(version('one'));
  const { fingerprint } = (await api.client.plan(version('two'))).json;
  await api.client.apply(version('two'));

  // prepared when the organization is as wanted, so nothing is; and before the transaction it is back at one
  const interrupted = interruptedBy(() => api.client.apply(version('one')));
  const request = { ...(version('two') as PlanRequest), fingerprint } satisfies ApplyRequest;
  await expect(interrupted.apply(request, CALLER, new Date())).rejects.toMatchObject({
    status: 409,
    code: 'stale_plan',
    message: expect.stringContaining('acme changed while the request was prepared'),
  });

  const { json } = await api.client.call<{ organizationId: string; revision: number }>('GET', '/v1/organizations/acme');
  expect(json.revision).toBe(3);
  expect((await database.organizations.byId(json.organizationId))?.identityProviders.has('okta')).toBe(true);
});

it('refuses another outcome than it was prepared for, where no revision tells', async () => {
  const version = (more: object = {}) => requestOf([organization('globex', more)], { collection: 'two' });
  await api.client.apply(version());
  const override = { reason: 'incident 7', expires: new Date(Date.now() + 3_600_000).toISOString() };
  const broken = { baseRevision: 1, patch: { spec: { displayName: 'Broken glass' } }, override };
  expect((await api.client.call('PATCH', '/v1/organizations/globex', broken)).status).toBe(200);
  const wanted = version({ roles: { checker: { permissions: ['audit.read'] } } });
  const { fingerprint } = (await api.client.plan(wanted)).json;
  const inAMinute = new Date(Date.now() + 60_000); // when what ends now is over
  const interrupted = interruptedBy(() => api.client.call('DELETE', '/v1/organizations/globex/overrides'));
  const request = { ...(wanted as PlanRequest), fingerprint } satisfies ApplyRequest;
  await expect(interrupted.apply(request, CALLER, inAMinute)).rejects.toMatchObject({
    code: 'stale_plan',
    message: expect.stringContaining('globex changed while the request was prepared'),
  });
});
