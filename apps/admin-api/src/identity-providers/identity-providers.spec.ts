import { TEST_EC_KEY, TEST_IDP_KEY, TEST_OTHER_KEY, TestIdp, TestMetadataHost } from '@rolecall/saml/testing';
import { mistakes } from '../api/validate.ts';
import type { ErrorBody } from '../testing/test-api.ts';
import { organization, requestOf, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const idp = new TestIdp();
const PATH = '/v1/organizations/acme/identity-providers';

let host: TestMetadataHost;
let api: TestApi;
let now: Date;

beforeAll(async () => {
  host = await TestMetadataHost.start();
});
beforeEach(async () => {
  now = new Date('2026-03-02T09:00:00Z');
  host.serves = idp.metadata();
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: host.origin }, () => now);
  const identityProviders = {
    okta: { type: 'saml', metadata: { url: `${host.origin}/okta`, refresh: '1h' } },
    inline: { type: 'saml', enabled: false, metadata: { xml: idp.metadata() } },
  };
  const { status, text } = await api.client.apply(requestOf([organization('acme', { identityProviders })]));
  if (status !== 200) throw new Error(text);
});
afterEach(() => api?.close());
afterAll(() => host?.stop());

interface Shown {
  readonly name: string;
  readonly metadata: {
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly inUse: { readonly signingCertificates: readonly { readonly fingerprint: string }[] };
    readonly held: { readonly digest: string } | null;
  };
}

async function shown(name = 'okta'): Promise<Shown['metadata']> {
  const { json } = await api.client.call<{ identityProviders: readonly Shown[] }>('GET', PATH);
  expect(mistakes('IdentityProviders', json)).toEqual([]);
  const found = json.identityProviders.find((provider) => provider.name === name);
  if (!found) throw new Error(`${name} is not shown`);
  return found.metadata;
}

const refresh = (name = 'okta', token?: string) =>
  (token === undefined ? api.client : api.client.with(token)).call<ErrorBody & { outcome: string }>(
    'POST',
    `${PATH}/${name}/metadata/refresh`,
  );
const accept = (digest: unknown, name = 'okta') =>
  api.client.call<ErrorBody>('POST', `${PATH}/${name}/metadata/accept`, { digest });

it('shows every identity provider with its certificates and how the last refresh went', async () => {
  expect(await shown()).toEqual({
    url: `${host.origin}/okta`,
    refreshSeconds: 3600,
    signed: false,
    lastAttempt: '2026-03-02T09:00:00.000Z',
    lastSuccess: '2026-03-02T09:00:00.000Z',
    nextRefresh: '2026-03-02T10:00:00.000Z',
    failures: 0,
    error: null,
    inUse: {
      entityId: 'https://idp.example/saml',
      ssoUrl: 'https://idp.example/sso',
      validUntil: null,
      signingCertificates: [
        {
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
          expires: '2036-01-01T00:00:00.000Z',
          key: 'rsa 2048 bit',
        },
      ],
    },
    held: null,
  });
  expect(await shown('inline')).toMatchObject({ url: null, refreshSeconds: null, nextRefresh: null, error: null });
});

it('refreshes at once when an administrator asks, and says what came of it', async () => {
  host.serves = idp.metadata([TEST_IDP_KEY, TEST_OTHER_KEY]);
  const { status, json } = await refresh();
  expect([status, json]).toEqual([200, { outcome: 'use', error: null }]);
  expect((await shown()).inUse.signingCertificates).toHaveLength(2);
  host.serves = (_request, response) => void response.writeHead(404).end();
  expect((await refresh()).json).toMatchObject({ outcome: 'failed', error: { code: 'outbound_status' } });
  expect((await shown()).error?.message).toContain('status 200');
});

it('uses held metadata once its digest is accepted, and no other', async () => {
  host.serves = idp.metadata([TEST_OTHER_KEY]);
  expect((await refresh()).json).toMatchObject({ outcome: 'hold', error: { code: 'metadata_all_keys_replaced' } });
  const { digest = '' } = (await shown()).held ?? {};
  expect(await accept('0'.repeat(64))).toMatchObject({ status: 409, json: { error: { code: 'another_held' } } });
  expect((await accept(digest)).status).toBe(200);
  const after = await shown();
  expect([after.held, after.error]).toEqual([null, null]);
  expect(after.inUse.signingCertificates).toHaveLength(1);
  expect((await refresh()).json).toMatchObject({ outcome: 'unchanged' });
  expect(await accept(digest)).toMatchObject({ status: 409, json: { error: { code: 'nothing_held' } } });

  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/acme');
  const trail = await api.database.database.inOrganization(json.organizationId, (tx) => tx.auditTrail(0, 100));
  const accepted = trail.find(({ type }) => type === 'metadata.accepted');
  expect(accepted?.actor.kind).toBe('token');
  expect(accepted?.data).toMatchObject({
    identityProvider: 'okta',
    digest,
    added: [after.inUse.signingCertificates[0]?.fingerprint],
  });
});

it('does not accept what was replaced since somebody looked', async () => {
  host.serves = idp.metadata([TEST_OTHER_KEY]);
  await refresh();
  const { digest = '' } = (await shown()).held ?? {};
  host.serves = idp.metadata([TEST_EC_KEY]);
  await refresh();
  expect(await accept(digest)).toMatchObject({ status: 409, json: { error: { code: 'another_held' } } });
});

it('does not accept what has ended since it was held', async () => {
  host.serves = idp.metadata([TEST_OTHER_KEY]).replace('entityID=', 'validUntil="2026-03-03T00:00:00Z" entityID=');
  await refresh();
  const { digest = '' } = (await shown()).held ?? {};
  now = new Date('2026-03-03T00:00:01Z');
  expect(await accept(digest)).toMatchObject({ status: 422, json: { error: { code: 'metadata_expired' } } });
  expect((await shown()).held).not.toBeNull();
});

it.each([
  ['unknown_organization', 404, '/v1/organizations/globex/identity-providers/okta/metadata/refresh'],
  ['unknown_identity_provider', 404, `${PATH}/entra/metadata/refresh`],
  ['unknown_identity_provider', 404, `${PATH}/constructor/metadata/refresh`],
  ['metadata_has_no_url', 409, `${PATH}/inline/metadata/refresh`],
])('%s', async (code, status, path) => {
  expect(await api.client.call('POST', path)).toMatchObject({ status, json: { error: { code } } });
});

it.each([undefined, 'abc', 7])('refuses %p as a digest', async (digest) => {
  expect(await accept(digest)).toMatchObject({ status: 400, json: { error: { code: 'invalid_request' } } });
});

it('lets nobody refresh or accept without the right to apply', async () => {
  const reader = await api.token(['organizations.read', 'plan', 'flows.read']);
  expect(await refresh('okta', reader)).toMatchObject({ status: 403, json: { error: { code: 'missing_right' } } });
  expect(host.asked.filter((path) => path !== '/okta')).toEqual([]);
  expect((await api.client.with(undefined).call('GET', PATH)).status).toBe(401);
});
