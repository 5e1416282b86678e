import { TestIdp } from '@rolecall/saml/testing';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
afterEach(() => api?.close());

const codeOf = ({ status, json }: { status: number; json: Partial<ErrorBody> }) => [status, json.error?.code];
const FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** Somebody of acme signed in through okta, with these facts. */
async function signedIn(value: string, facts: Record<string, readonly string[]> = {}): Promise<void> {
  const { database } = api.database;
  const { organizationId } = (await database.registry.record('acme'))!;
  const subject = { identityProvider: 'okta', nameId: { value, format: FORMAT } };
  await database.inOrganization(organizationId, (tx) => tx.createUser(subject, {}, facts, new Date()));
}

describe('an identity provider that users are linked to', () => {
  const saml = (idp: TestIdp, more: object = {}) => ({
    okta: { type: 'saml', metadata: { xml: idp.metadata() }, ...more },
  });
  const acme = (identityProviders: object, more: object = {}) =>
    requestOf([organization('acme', { identityProviders })], more);
  const [first, second] = [new TestIdp(), new TestIdp({ entityId: 'https://another.example/saml' })];
  beforeEach(async () => {
    api = await startTestApi();
    await api.client.apply(acme(saml(first)));
    await signedIn('eve');
  });

  it.each<[string, object, RegExp]>([
    ['removed', {}, /okta is removed, and 1 users are linked/],
    ['another one by its metadata', saml(second), /-> https:\/\/another\.example\/saml\), and 1 users/],
  ])('is %s only with consent, and nothing is written without', async (_what, identityProviders, message) => {
    const before = await everyRow(api.database.ownerUrl);
    const refused = await api.client.plan(acme(identityProviders));
    expect(codeOf(refused)).toEqual([409, 'replace_needs_consent']);
    expect(refused.json.error.message).toMatch(message);
    const consented = acme(identityProviders, { allowReplace: true });
    const { fingerprint } = (await api.client.plan(consented)).json;
    expect(codeOf(await api.client.apply(acme(identityProviders), fingerprint))).toEqual([
      409,
      'replace_needs_consent',
    ]);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    expect((await api.client.apply(consented, fingerprint)).status).toBe(200);
  });

  it.each<[string, object | null]>([
    ['removed', null],
    ['another one by its metadata', { metadata: { xml: second.metadata() } }],
  ])('is %s past git only with consent as well', async (_what, okta) => {
    const before = await everyRow(api.database.ownerUrl);
    const override = { reason: 'incident 7', expires: new Date(Date.now() + 3_600_000).toISOString() };
    const body = { baseRevision: 1, patch: { spec: { identityProviders: { okta } } }, override };
    const patch = (more: object) => api.client.call<ErrorBody>('PATCH', '/v1/organizations/acme', { ...body, ...more });
    expect(codeOf(await patch({}))).toEqual([409, 'replace_needs_consent']);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    expect((await patch({ allowReplace: true })).status).toBe(200);
  });

  it('needs none for another setting, or to be known by its entity id', async () => {
    const { status, json } = await api.client.plan(acme(saml(first, { displayName: 'Okta', forceAuthn: true })));
    expect([status, json.summary.update]).toEqual([200, 1]);
  });
});

describe('limits', () => {
  const names = ['acme', 'globex', 'hooli', 'initech'];
  const without = (removals: number, more: object = {}) =>
    requestOf(
      names.slice(removals).map((name) => organization(name)),
      { prune: true, ...more },
    );
  const started = async (environment: Record<string, string> = {}) => {
    api = await startTestApi(environment);
    await api.client.apply(without(0));
  };

  it('of the request are checked by the server, in the plan and in the apply', async () => {
    await started();
    const { fingerprint } = (await api.client.plan(without(2))).json;
    const less = without(2, { limits: { deletes: '1' } });
    expect(codeOf(await api.client.plan(less))).toEqual([422, 'too_many_deletes']);
    expect(codeOf(await api.client.apply(less, fingerprint))).toEqual([422, 'too_many_deletes']);
    expect((await api.client.apply(without(2, { limits: { deletes: '50%' } }), fingerprint)).status).toBe(200);
  });

  it('of the deployment hold whatever the request says', async () => {
    await started({ ROLECALL_MAX_DELETES: '1' });
    const more = without(2, { limits: { deletes: '100%' } });
    const { json, ...answer } = await api.client.plan(more);
    expect(codeOf({ json, ...answer })).toEqual([422, 'too_many_deletes']);
    expect(json.error.message).toContain('ROLECALL_MAX_DELETES');
    expect((await api.client.plan(without(1))).status).toBe(200);
  });

  it('of affected users count everybody who gains or loses', async () => {
    api = await startTestApi({ ROLECALL_MAX_AFFECTED: '50%' });
    const granting = (role: string, more: object = {}) => {
      const mappingRoles = { staff: { grants: { 'account/main': [role] } } };
      const okta = { type: 'saml', metadata: { xml: new TestIdp().metadata() } };
      const spec = { identityProviders: { okta }, authorization: { managedBy: 'idp', mappingRoles } };
      return requestOf([organization('acme', spec)], more);
    };
    await api.client.apply(granting('member'));
    for (const name of ['a', 'b']) await signedIn(name, { role_mapping: ['staff'] });
    for (const name of ['c', 'd', 'e']) await signedIn(name);
    expect((await api.client.plan(granting('sso_admin'))).status).toBe(200);
    const less = await api.client.plan(granting('sso_admin', { limits: { affected: '1' } }));
    expect(codeOf(less)).toEqual([422, 'too_many_affected']);
    expect(less.json.error.message).toContain('2 users would gain or lose grants or groups (acme 2)');
    await signedIn('f', { role_mapping: ['staff'] });
    await signedIn('g', { role_mapping: ['staff'] });
    const more = await api.client.plan(granting('sso_admin', { limits: { affected: '100%' } }));
    expect(codeOf(more)).toEqual([422, 'too_many_affected']);
  });

  it.each([{ deletes: 'many' }, { deletes: '101%' }, { affected: 3 }, { users: '3' }])('are no %j', async (limits) => {
    await started();
    expect(codeOf(await api.client.plan(without(1, { limits })))).toEqual([400, 'invalid_request']);
  });
});
