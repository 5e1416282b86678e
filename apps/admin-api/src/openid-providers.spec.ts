import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_RIGHTS } from '@rolecall/persistence';
import { everyRow } from './testing/rows.ts';
import { WithSecrets } from './testing/secrets.ts';
import { organization, startTestApi, TestClient } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

const POINTER = '/spec/identityProviders/google/clientSecret';
const PLANTED = 'PLANTED-CLIENT-SECRET';

let server: Server;
let asked: string[];
let configuration: Record<string, unknown>;
let issuer: string;
let api: TestApi;
let cli: WithSecrets;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(configuration));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://localhost:${(server.address() as AddressInfo).port}/op`;
});
beforeEach(async () => {
  asked = [];
  const endpoints = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
  configuration = { issuer, ...endpoints, jwks_uri: `${issuer}/jwks` };
  api = await startTestApi({ ROLECALL_OUTBOUND_ALLOW: new URL(issuer).origin });
  cli = new WithSecrets(api);
});
afterEach(() => api?.close());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const google = (more: object = {}) => ({
  type: 'oidc',
  issuer,
  clientId: 'rolecall',
  clientSecret: { fromEnv: 'GOOGLE_SECRET' },
  ...more,
});
const acme = (identityProviders: object = { google: google() }, more: object = {}) =>
  organization('acme', { identityProviders, ...more });

async function stored() {
  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/acme');
  return (await api.database.database.organizations.byIdAnew(json.organizationId))?.identityProviders;
}

it('keeps the client secret sealed: no answer, log line or row has it', async () => {
  expect((await cli.apply(acme(), { [POINTER]: PLANTED })).status).toBe(200);
  expect((await stored())?.get('google')).toEqual({ clientSecret: PLANTED });
  expect((await cli.plan(acme(), { [POINTER]: PLANTED })).json.summary.unchanged).toBe(1);
  await cli.apply(acme(), { [POINTER]: `${PLANTED}-2` });
  const whole = await cli.request(acme(), { [POINTER]: PLANTED }, 'apply');
  const refused = [
    await api.client.plan(whole),
    await api.client.apply({ ...whole, secrets: PLANTED }, `sha256:${'0'.repeat(64)}`),
    await api.client.apply(whole, `sha256:${'0'.repeat(64)}`),
    await api.client.apply(await cli.request(acme({ google: google({ clientSecret: PLANTED }) }), {}, 'apply'), 'x'),
    await api.client.plan(await cli.request(acme({ google: google({ clientSecret: PLANTED }) }), {}, 'plan')),
    await api.client.call('POST', '/v1/applies', `${JSON.stringify(whole).slice(0, -1)}, ${PLANTED}`),
    await api.client.call('GET', '/v1/organizations/acme'),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 409, 400, 422, 400, 200]);
  cli.answers.push(...refused.map(({ text }) => text));
  const rows = Object.values(await everyRow(api.database.ownerUrl)).flat();
  for (const text of [...cli.answers, ...api.log, ...rows]) {
    expect(text).not.toContain(PLANTED);
    expect(text).not.toContain(Buffer.from(PLANTED).toString('hex'));
    expect(text).not.toContain(Buffer.from(PLANTED).toString('base64').slice(0, 24));
  }
});

it('shows a rotated secret as a change, and applies it', async () => {
  await cli.apply(acme(), { [POINTER]: 'one' });
  const { json } = await cli.plan(acme(), { [POINTER]: 'two' });
  expect(json.changes[0]?.fields).toEqual([
    {
      path: POINTER,
      action: 'update',
      secret: true,
      after: expect.stringMatching(/^hmac-sha256:/) as string,
      origin: 'git',
    },
  ]);
  expect((await cli.apply(acme(), { [POINTER]: 'two' })).json.applied).toEqual([{ organization: 'acme', revision: 2 }]);
  expect((await cli.plan(acme(), { [POINTER]: 'two' })).json.changes).toEqual([]);
});

it('refuses an apply of another value than the one that was reviewed', async () => {
  const { fingerprint } = (await cli.plan(acme(), { [POINTER]: 'one' })).json;
  const { status, json } = await api.client.apply(
    await cli.request(acme(), { [POINTER]: 'two' }, 'apply'),
    fingerprint,
  );
  expect([status, json.error.code]).toEqual([409, 'stale_plan']);
});

it('says which secret is not there', async () => {
  const { status, json } = await cli.plan(acme(), {});
  expect([status, json.error.code]).toEqual([422, 'secret_unavailable']);
  expect(json.error.diagnostics).toEqual([
    expect.objectContaining({
      pointer: POINTER,
      organization: 'acme',
      message: expect.stringContaining('GOOGLE_SECRET'),
    }),
  ]);
  await cli.apply(acme(), { [POINTER]: 'one' });
  expect((await cli.plan(acme(), {})).json.changes).toEqual([]);
  expect((await cli.plan(acme({ google: google() }, { displayName: 'Acme Inc' }), {})).json.summary.update).toBe(1);
});

it('keeps the secret of a renamed provider, and deletes that of a removed one', async () => {
  await cli.apply(acme(), { [POINTER]: PLANTED });
  const renamed = acme({ workspace: google({ previously: ['google'] }) });
  expect((await cli.apply(renamed, {})).status).toBe(200);
  expect((await stored())?.get('workspace')).toEqual({ clientSecret: PLANTED });
  await cli.apply(acme({}), {});
  const { sealed_secrets: sealed } = await everyRow(api.database.ownerUrl);
  expect(sealed).toEqual([]);
});

it('gives the key of fingerprints to callers who may plan, and to no others', async () => {
  const reader = new TestClient(await api.app.getUrl(), await api.token(['organizations.read']));
  expect((await reader.call<object>('GET', '/v1/collections/default')).json).not.toHaveProperty('fingerprintKey');
  const planner = new TestClient(await api.app.getUrl(), await api.token(['organizations.read', 'plan']));
  const { json } = await planner.call<{ fingerprintKey: string }>('GET', '/v1/collections/default');
  expect(Buffer.from(json.fingerprintKey, 'base64')).toHaveLength(32);
});

describe('with keys instead of a secret', () => {
  const keyed = (more: object = {}) => {
    const { clientSecret: _, ...rest } = google({ clientAuthentication: 'private_key_jwt', ...more });
    return rest;
  };
  const keys = async (name = 'google') => (await stored())?.get(name)?.clientKeys;
  beforeEach(() => {
    configuration['token_endpoint_auth_methods_supported'] = ['private_key_jwt', 'client_secret_basic'];
  });

  it('makes them at the apply alone, sealed, and keeps them', async () => {
    expect((await cli.plan(acme({ google: keyed() }), {})).json.summary.create).toBe(1);
    expect((await cli.apply(acme({ google: keyed() }), {})).status).toBe(200);
    const made = await keys();
    expect(made).toMatchObject([{ certificate: expect.stringContaining('BEGIN CERTIFICATE') }, {}]);
    await cli.apply(acme({ google: keyed({ displayName: 'Google' }) }), {});
    expect(await keys()).toEqual(made);
    await cli.apply(acme({ workspace: keyed({ previously: ['google'] }) }), {});
    expect(await keys('workspace')).toEqual(made);
    const rows = Object.values(await everyRow(api.database.ownerUrl)).flat();
    for (const text of [...cli.answers, ...api.log, ...rows]) expect(text).not.toContain('PRIVATE KEY');
  });

  it('makes others for another issuer, and forgets what is not used any more', async () => {
    await cli.apply(acme(), { [POINTER]: PLANTED });
    await cli.apply(acme({ google: keyed() }), {});
    expect((await stored())?.get('google')).not.toHaveProperty('clientSecret');
    const made = await keys();
    configuration = { ...configuration, issuer: `${issuer}/2` };
    await cli.apply(acme({ google: keyed({ issuer: `${issuer}/2` }) }), {});
    expect((await keys())?.[0]?.privateKey).not.toBe(made?.[0]?.privateKey);
    configuration = { ...configuration, issuer };
    await cli.apply(acme(), { [POINTER]: PLANTED });
    expect((await stored())?.get('google')).toEqual({ clientSecret: PLANTED });
    const { sealed_secrets: sealed } = await everyRow(api.database.ownerUrl);
    expect(sealed).toHaveLength(1);
  });

  it('says that the provider does not take them', async () => {
    configuration['token_endpoint_auth_methods_supported'] = ['client_secret_basic'];
    const { json } = await cli.plan(acme({ google: keyed() }), {});
    expect(json.error.diagnostics).toMatchObject([{ code: 'discovery_client_authentication' }]);
  });
});

describe('an address that a provider is trusted with', () => {
  const trusting = (more: object = {}) => acme({ google: google({ trustEmail: true, ...more }) });
  const provider = (more: object) => ({ spec: { identityProviders: { google: more } } });
  const other = () => `${issuer}/2`;
  const planned = async (client: TestClient, document: object) => {
    const answer = await client.plan(await cli.request(document, { [POINTER]: 'one' }, 'plan'));
    return [answer.status, answer.json.error?.code];
  };
  const patch = (client: TestClient, wanted: object, baseRevision: number, override?: object) =>
    client.call<{ readonly error?: { readonly code: string } }>('PATCH', '/v1/organizations/acme', {
      baseRevision,
      patch: wanted,
      override,
    });
  let limited: TestClient;
  beforeEach(async () => {
    const rights = API_RIGHTS.filter((right) => right !== 'domains.assert');
    limited = new TestClient(await api.app.getUrl(), await api.token(rights));
  });

  it('is vouched for by nobody without the right, and what stands stays', async () => {
    expect(await planned(limited, trusting())).toEqual([403, 'missing_right']);
    expect((await cli.apply(trusting(), { [POINTER]: 'one' })).status).toBe(200);
    expect(await planned(limited, trusting({ displayName: 'Google' }))).toEqual([200, undefined]);
    const renamed = google({ trustEmail: true, previously: ['google'] });
    expect(await planned(limited, acme({ workspace: renamed }))).toEqual([200, undefined]);
  });

  it.each<[string, () => object]>([
    ['issuer', () => ({ issuer: other() })],
    ['client', () => ({ clientId: 'mallory' })],
    ['claim', () => ({ attributes: { email: 'nickname' } })],
  ])('stays with its %s: trust that only the server has passes to no other', async (_what, change) => {
    await cli.apply(acme(), { [POINTER]: 'one' });
    expect((await patch(limited, provider({ trustEmail: true }), 1)).json.error?.code).toBe('missing_right');
    expect((await patch(api.client, provider({ trustEmail: true }), 1)).status).toBe(200);
    const changed = acme({ google: google(change()) });
    if ('issuer' in change()) configuration = { ...configuration, issuer: other() };
    expect(await planned(limited, acme({ google: google({ displayName: 'Google' }) }))).toEqual([200, undefined]);
    expect(await planned(limited, changed)).toEqual([403, 'missing_right']);
    const request = await cli.request(changed, { [POINTER]: 'one' }, 'apply');
    expect((await limited.apply(request, `sha256:${'0'.repeat(64)}`)).json.error.code).toBe('missing_right');
    expect(await planned(api.client, changed)).toEqual([200, undefined]);
  });

  it('stays with its provider in a write past git too', async () => {
    await cli.apply(acme(), { [POINTER]: 'one' });
    await patch(api.client, provider({ trustEmail: true }), 1);
    expect((await patch(limited, provider({ displayName: 'Google' }), 2)).status).toBe(200);
    configuration = { ...configuration, issuer: other() };
    const override = { reason: 'incident 7', expires: new Date(Date.now() + 3_600_000).toISOString() };
    const moved = provider({ issuer: other() });
    expect((await patch(limited, moved, 3, override)).json.error?.code).toBe('missing_right');
    // permitted, as far as that goes: another issuer gets a secret of its own
    expect((await patch(api.client, moved, 3, override)).json.error?.code).toBe('secret_unavailable');
  });
});

describe('discovery', () => {
  const refusal = async (document: object) => {
    const { json } = await cli.plan(document, { [POINTER]: 'one' });
    return json.error?.diagnostics?.map(({ code, pointer }) => [code, pointer]);
  };

  it('asks a new or changed provider, and no other', async () => {
    await cli.apply(acme(), { [POINTER]: 'one' });
    expect(new Set(asked)).toEqual(new Set(['/op/.well-known/openid-configuration']));
    asked = [];
    await cli.apply(acme({ google: google({ displayName: 'Google' }) }), { [POINTER]: 'two' });
    expect(asked).toEqual([]);
    configuration = { ...configuration, issuer: `${issuer}/2` };
    await cli.plan(acme({ google: google({ issuer: `${issuer}/2` }) }), { [POINTER]: 'two' });
    expect(asked).toEqual(['/op/2/.well-known/openid-configuration']);
  });

  it('asks again when something else is wanted of the provider, and says what it does not offer', async () => {
    await cli.apply(acme(), { [POINTER]: 'one' });
    asked = [];
    const posting = google({ clientAuthentication: 'client_secret_post' });
    const at = '/spec/identityProviders/google/issuer';
    expect(await refusal(acme({ google: posting }))).toEqual([['discovery_client_authentication', at]]);
    expect(await refusal(acme({ google: google({ userinfo: true }) }))).toEqual([['discovery_userinfo_missing', at]]);
    expect(await refusal(acme({ google: google({ singleLogout: true }) }))).toEqual([['discovery_no_end_session', at]]);
    expect(asked).toHaveLength(3);
    Object.assign(configuration, { end_session_endpoint: `${issuer}/logout` });
    expect(await refusal(acme({ google: google({ singleLogout: true }) }))).toBeUndefined();
  });

  it('finds the provider that a preset means', async () => {
    const { issuer: _, ...okta } = google({ preset: 'okta', domain: 'acme.localhost' });
    expect(await refusal(acme({ google: okta }))).toEqual([
      ['discovery_unreachable', '/spec/identityProviders/google'],
    ]);
  });

  it.each<[string, object]>([
    ['discovery_issuer_mismatch', { issuer: 'https://accounts.google.com' }],
    ['discovery_invalid', { jwks_uri: 7 }],
    ['discovery_endpoint_refused', { token_endpoint: 'ftp://op.example/token' }],
  ])('refuses with %s at the issuer', async (code, wrong) => {
    Object.assign(configuration, wrong);
    const before = await everyRow(api.database.ownerUrl);
    expect(await refusal(acme())).toEqual([[code, '/spec/identityProviders/google/issuer']]);
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it.each([
    ['outbound_scheme_refused', 'http://op.example'],
    ['outbound_host_refused', 'https://169.254.169.254'],
    ['outbound_host_refused', 'https://localhost'],
  ])('says %s: %s is never asked', async (because, refused) => {
    const { json } = await cli.plan(acme({ google: google({ issuer: refused }) }), { [POINTER]: 'one' });
    expect(json.error.diagnostics).toEqual([
      expect.objectContaining({
        code: 'discovery_unreachable',
        message: expect.stringContaining(because) as string,
        pointer: '/spec/identityProviders/google/issuer',
      }),
    ]);
    expect(asked).toEqual([]);
  });
});
