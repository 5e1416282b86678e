import type { OrganizationDocument } from '@rolecall/org-config';
import { seedOrganization } from '@rolecall/persistence/testing';
import { untilBackends, WAITING } from './testing/blocked-apply.ts';
import { administeredBy, organization, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

/* Who is given a role that opens the deployment is from then on out of reach for whoever may only edit users. */

let api: TestApi;
let org: string;
beforeAll(async () => {
  api = await startTestApi();
  const client = { type: 'oidc', clientId: 'rolecall', clientSecret: { fromEnv: 'SECRET' } };
  const google = { ...client, preset: 'google', displayName: 'Google', consumerAccounts: 'link' };
  const document = organization('host', {
    authorization: { managedBy: 'app' },
    groups: { dev: {} },
    roles: { 'platform-admin': {} },
    identityProviders: { google },
  }) as OrganizationDocument;
  ({ id: org } = await seedOrganization(api.database.database, document, { clientSecrets: { google: 's' } }));
  await administeredBy(api, 'host');
});
afterAll(() => api?.close());

it.each([
  ['joins no group', 'PUT', '/groups/dev'],
  ['leaves no group', 'DELETE', '/groups/dev'],
  ['loses no linked account', 'DELETE', '/identities/google'],
  ['is not deactivated', 'POST', '/deactivate'],
  ['is not reactivated', 'POST', '/reactivate'],
  ['is not deleted', 'DELETE', ''],
  ['is not signed out', 'DELETE', '/sessions'],
])('%s by an editor who asked before', async (what, method, path) => {
  const editor = api.client.with(await api.token(['users.write']));
  const now = new Date();
  const { database, ownerUrl } = api.database;
  const userId = await database.inOrganization(org, async (tx) => {
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: what } };
    return (await tx.createUser(subject, {}, {}, now)).user.userId;
  });
  const asked = await database.inOrganization(org, async (tx) => {
    await tx.users.lock(userId);
    const answer = editor.call<ErrorBody>(method, `/v1/organizations/host/users/${userId}${path}`);
    await untilBackends(ownerUrl, WAITING, 1);
    const role = { scope: 'account/main', role: 'platform-admin', sources: [{ kind: 'rule', name: 'r' }] } as const;
    await tx.replaceGrants(userId, 1, [role], [], now);
    return { answer };
  });
  const { status, json } = await asked.answer;
  expect([status, json.error?.code]).toEqual([403, 'missing_right']);
});
