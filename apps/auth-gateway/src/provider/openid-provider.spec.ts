import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { TestApplication, WORTH_ALL } from '../testing/application.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const CALLBACK = 'https://app.example.com/callback';
const dashboard = {
  type: 'oidc',
  redirectUris: [CALLBACK],
  postLogoutRedirectUris: ['https://app.example.com/bye'],
} as const;
const LOGIN = '/saml/acme/okta/login';

let world: TestWorld;
let gateway: TestGateway;
let application: TestApplication;

beforeEach(async () => {
  const applications = {
    dashboard,
    legacy: { ...dashboard, refreshTokens: false, idTokenAlgorithm: 'ES256' },
    closed: { ...dashboard, enabled: false },
  } as const;
  world = await TestWorld.open({ acme: { ...ACME, applications }, beta: { ...BETA, applications: { dashboard } } });
  world.now = new Date();
  gateway = await world.startGateway();
  application = new TestApplication(gateway.address, { id: 'acme.dashboard', redirectUri: CALLBACK });
});
afterEach(() => world?.close());

const eve = () =>
  world.person('eve@acme.com', { role_mapping: 'engineering', groups: 'vip', firstName: 'Eve', name: 'Eve Adams' });

async function signedIn(): Promise<TestBrowser> {
  const browser = gateway.browser();
  expect((await browser.signIn(world.idp, LOGIN, eve())).status).toBe(303);
  return browser;
}

it('signs a user in who is signed in: code, ID token, userinfo, refresh', async () => {
  const browser = await signedIn();
  const back = await browser.get(application.authorize());
  expect(back.status).toBe(303);
  expect(back.headers.getSetCookie()).toEqual([]);
  const location = new URL(back.headers.get('location')!);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[\w-]{64}$/),
    state: 'state-1',
    iss: 'https://sso.example.com/op',
  });
  const { status, body: tokens, headers } = await application.exchange(location.searchParams.get('code')!);
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'openid profile email roles' });
  const jwks = createRemoteJWKSet(new URL(`${gateway.address}/op/jwks`));
  const checks = { issuer: 'https://sso.example.com/op', audience: 'acme.dashboard', algorithms: ['RS256'] };
  const { payload } = await jwtVerify(tokens.id_token, jwks, checks);
  const { user } = (await (await browser.get('/session')).json()) as { user: { id: string } };
  const claims = {
    sub: user.id,
    organization: 'acme',
    name: 'Eve Adams',
    given_name: 'Eve',
    email: 'eve@acme.com',
    email_verified: true,
    grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] },
    groups: ['inbox/vip'],
  };
  expect(payload).toMatchObject({ ...claims, nonce: 'nonce-1', auth_time: expect.any(Number) });
  expect(Math.abs((payload['auth_time'] as number) - world.now.getTime() / 1000)).toBeLessThan(3);
  expect((await application.userinfo(tokens.access_token)).body).toEqual(claims);
  expect(await application.worth(tokens)).toEqual(WORTH_ALL);
});

it('discovery names its endpoints by the configured address', async () => {
  const response = await fetch(`${gateway.address}/op/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({
    issuer: 'https://sso.example.com/op',
    authorization_endpoint: 'https://sso.example.com/op/auth',
    token_endpoint: 'https://sso.example.com/op/token',
    userinfo_endpoint: 'https://sso.example.com/op/me',
    jwks_uri: 'https://sso.example.com/op/jwks',
    introspection_endpoint: 'https://sso.example.com/op/token/introspection',
    revocation_endpoint: 'https://sso.example.com/op/token/revocation',
    end_session_endpoint: 'https://sso.example.com/op/session/end',
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
  });
});

it('lets somebody sign in first, and goes on where they were', async () => {
  const browser = gateway.browser();
  const first = await browser.get(application.authorize());
  const login = new URL(first.headers.get('location')!);
  expect(login.pathname).toBe('/login/acme');
  const end = await browser.signIn(world.idp, LOGIN + login.search, eve());
  // roles are new to the user: the announcement comes first, and knows where it goes on
  expect(end.headers.get('location')).toBe('/announcement');
  const page = await (await browser.get('/announcement')).text();
  const on = /href="(https:\/\/sso\.example\.com\/op\/auth[^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const back = await browser.get(on.replace('https://sso.example.com', ''));
  expect(new URL(back.headers.get('location')!).searchParams.get('code')).toMatch(/^[\w-]{64}$/);
});

it('serves the first requests of a deployment, which come at one moment to two processes, by the same keys', async () => {
  const browser = await signedIn();
  const other = await world.startGateway();
  const all = Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? gateway : other).address);
  const tokens = await Promise.all(all.map((address) => application.at(address).signIn(browser.at(address))));
  const kids = tokens.map(({ id_token: token }) => decodeProtectedHeader(token).kid);
  expect(new Set(kids).size).toBe(1);
});
