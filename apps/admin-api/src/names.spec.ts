import { SELF } from './access/principal.ts';
import type { Principal } from './access/principal.ts';
import type { PlanRequest } from './api/requests.ts';
import { mistakes } from './api/validate.ts';
import { ReconcileOrganizations } from './applies/reconcile-organizations.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([withRole('creator')]));
  const { database } = api.database;
  const organizationId = (await database.registry.record('acme'))?.organizationId ?? '';
  const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: 'eve' } };
  const held = [
    { scope: 'account/main', role: 'creator', sources: [{ kind: 'default' as const, name: 'jit.defaults' }] },
  ];
  await database.inOrganization(organizationId, async (tx) => {
    const { user } = await tx.createUser(subject, { email: 'eve@acme.example' }, {}, new Date());
    await tx.replaceGrants(user.userId, 1, held, [], new Date());
  });
});
afterAll(() => api?.close());

/** Nobody's identity provider is there any more: everybody loses what they hold. */
const withRole = (role: string) =>
  organization('acme', {
    scopes: { 'account/main': {} },
    roles: { creator: { permissions: ['write'] }, reader: { permissions: ['read'] } },
    authorization: { mappingRoles: { engineering: { grants: { 'account/main': [role] } } } },
  });
const exports = async () => {
  const { organizationId } = (await api.database.database.registry.record('acme'))!;
  const trail = await api.database.database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 100));
  return trail.filter(({ type }) => type === 'users.exported');
};
const change = (more: object = {}) => requestOf([withRole('reader')], more);

it('names whom a plan concerns, for a caller who may read users', async () => {
  const { status, json } = await api.client.plan(change({ names: true }));
  expect([status, mistakes('Plan', json)]).toEqual([200, []]);
  expect(json.changes[0]?.impact.named).toMatchObject({
    users: [{ email: 'eve@acme.example', loses: ['creator on account/main'] }],
    more: 0,
  });
  expect(await exports()).toMatchObject([{ actor: { kind: 'token' }, data: { users: 1 } }]);
  expect(JSON.stringify((await api.client.plan(change())).json)).not.toContain('eve@');
  expect(await exports()).toHaveLength(1);
});

it('needs the right to read users', async () => {
  const pipeline = api.client.with(await api.token(['organizations.read', 'plan', 'apply']));
  const { status, json } = await pipeline.plan(change({ names: true }));
  expect([status, json.error.code]).toEqual([403, 'missing_right']);
  expect((await pipeline.plan(change())).status).toBe(200);
});

it('names nobody in an apply, whose result is kept', async () => {
  const { json: plan } = await api.client.plan(change());
  const body = { ...change({ names: true }), fingerprint: plan.fingerprint };
  expect((await api.client.call('POST', '/v1/applies', body)).status).toBe(400);
});

it('tells while it makes a plan how many users it looked at', async () => {
  const told: number[] = [];
  const caller: Principal = { ...SELF, kind: 'token' };
  const request = change() as PlanRequest;
  await api.app.get(ReconcileOrganizations).plan(request, caller, new Date(), (users) => told.push(users));
  expect(told).toEqual([1]);
});
