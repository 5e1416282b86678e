import { OidcWorld, openId } from '../testing/oidc-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const ISSUER = 'https://one.example';
const SPEC = {
  ...BETA,
  identityProviders: {
    one: openId(ISSUER, { singleLogout: true, trustEmail: true }),
    two: openId('https://two.example', { trustEmail: true }),
  },
};
const SESSION = '__Host-rolecall_session';
const BACKCHANNEL = '/oidc/beta/one/backchannel-logout';

let world: OidcWorld;
let gateway: TestGateway;
let made = 0;

beforeAll(async () => {
  world = await OidcWorld.open({ beta: SPEC, other: SPEC });
  gateway = await world.startGateway();
});
afterAll(() => world?.world.close());
afterEach(() => {
  for (const provider of world.providers.values()) provider.misbehaviour = {};
});

async function signedIn(
  options: { sub?: string; sid?: string; idp?: string; organization?: string } = {},
): Promise<{ browser: TestBrowser; sub: string }> {
  const { sub = `user-${(made += 1)}`, sid, idp = 'one', organization = 'beta' } = options;
  const browser = gateway.browser();
  const claims = { sub, email: `${sub}@beta.example`, email_verified: true, ...(sid === undefined ? {} : { sid }) };
  const entered = await world.signIn(browser, `/oidc/${organization}/${idp}/login`, claims);
  expect(entered.status).toBe(303);
  return { browser, sub };
}

const isSignedIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;

function tell(
  fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  { address = gateway.address, path = BACKCHANNEL } = {},
): Promise<Response> {
  const body = new URLSearchParams(fields as Record<string, string>);
  return fetch(address + path, { method: 'POST', body, redirect: 'manual' });
}
const tokenOf = (whose: Readonly<Record<string, unknown>>) => world.at(ISSUER).logoutToken(whose);

describe('a logout token of the provider', () => {
  it('ends the sessions of its subject at once, and is answered with nothing', async () => {
    const { browser, sub } = await signedIn();
    const elsewhere = await signedIn({ sub });
    const other = await signedIn();
    const answer = await tell({ logout_token: tokenOf({ sub }) });
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect([await isSignedIn(browser), await isSignedIn(elsewhere.browser)]).toEqual([false, false]);
    expect(await isSignedIn(other.browser)).toBe(true);
    expect((await world.world.audit('beta')).at(-1)).toMatchObject({
      type: 'session.revoked',
      data: { reason: 'single_logout', identityProvider: 'one', sessions: 2 },
    });
  });

  it.each([
    ['a session', (_sub: string) => ({ sid: 's-one' })],
    ['a session of a subject', (sub: string) => ({ sub, sid: 's-one' })],
  ])('ends only %s when it names one', async (_, whose) => {
    const sub = `session-${(made += 1)}`;
    const one = await signedIn({ sub, sid: 's-one' });
    const two = await signedIn({ sub, sid: 's-two' });
    expect((await tell({ logout_token: tokenOf(whose(sub)) })).status).toBe(200);
    expect([await isSignedIn(one.browser), await isSignedIn(two.browser)]).toEqual([false, true]);
  });

  it('is taken once, by whichever process', async () => {
    const { sub } = await signedIn();
    const replica = await world.startGateway();
    const token = tokenOf({ sub });
    expect((await tell({ logout_token: token })).status).toBe(200);
    const again = await signedIn({ sub });
    for (const { address } of [gateway, replica]) {
      const refused = await tell({ logout_token: token }, { address });
      expect(refused.status).toBe(400);
      expect(refused.headers.get('cache-control')).toBe('no-store');
      const body = (await refused.json()) as { trace_id: string };
      expect(body).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringMatching(/^logout_token_replayed: /),
      });
      const flow = await world.world.flowOn('beta', `<code>${body.trace_id}</code>`);
      expect(flow).toMatchObject({ kind: 'oidc-logout', code: 'logout_token_replayed', outcome: 'refused' });
    }
    expect(await isSignedIn(again.browser)).toBe(true);
  });

  it('reaches neither another provider nor another organization', async () => {
    const sub = 'same';
    const two = await signedIn({ sub, idp: 'two' });
    const other = await signedIn({ sub, organization: 'other' });
    const token = tokenOf({ sub });
    expect((await tell({ logout_token: token }, { path: '/oidc/beta/two/backchannel-logout' })).status).toBe(400);
    expect((await tell({ logout_token: token })).status).toBe(200);
    expect([await isSignedIn(two.browser), await isSignedIn(other.browser)]).toEqual([true, true]);
  });

  it.each<[string, (sub: string) => Readonly<Record<string, string>> | (readonly [string, string])[]]>([
    ['no token', () => ({})],
    ['an ID token in its place', () => ({ id_token: 'x' })],
    ['two tokens', (sub) => [1, 2].map(() => ['logout_token', tokenOf({ sub })] as const)],
    ['no JWT', () => ({ logout_token: 'x' })],
  ])('is refused when it is %s', async (_, fields) => {
    const { browser, sub } = await signedIn();
    expect((await tell(fields(sub))).status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('is refused when somebody else signed it, and says so to the operator alone', async () => {
    const { browser, sub } = await signedIn();
    world.at(ISSUER).misbehaviour = { signedWith: 'attacker' };
    const token = tokenOf({ sub });
    world.at(ISSUER).misbehaviour = {};
    expect((await tell({ logout_token: token })).status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
    expect((await world.world.audit('beta')).at(-1)).toMatchObject({
      type: 'logout.refused',
      data: { identityProvider: 'one', code: 'logout_token_signature_invalid' },
    });
    expect(gateway.logLines.join('')).not.toContain(token);
  });

  it('is a POST to a provider that exists', async () => {
    expect((await fetch(gateway.address + BACKCHANNEL)).status).toBe(404);
    const nowhere = await tell({ logout_token: 'x' }, { path: '/oidc/beta/none/backchannel-logout' });
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ error: { code: 'unknown_identity_provider' } });
  });
});

describe('signing out here', () => {
  it('ends the session first, then leads to the provider and back', async () => {
    const { browser } = await signedIn({ sid: 's-mine' });
    const cookie = `${SESSION}=${browser.cookies.get(SESSION)}`;
    const out = await browser.submit('/logout', {});
    expect(out.status).toBe(303);
    expect((await gateway.browser().get('/session', { cookie })).status).toBe(401);
    const url = new URL(out.headers.get('location') ?? '');
    expect(url.origin + url.pathname).toBe(`${ISSUER}/logout`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: `client at ${ISSUER}`,
      post_logout_redirect_uri: 'https://sso.example.com/logged-out',
      state: expect.stringMatching(/^[\w-]{64}$/),
      logout_hint: 's-mine',
    });
    const back = `/logged-out?state=${url.searchParams.get('state')}`;
    expect(await (await browser.get(back)).text()).toContain('was asked to sign you out as well');
    expect(await (await browser.get(back)).text()).toContain('You are signed out here</h1>');
  });

  it('stays here where single logout is off', async () => {
    const { browser } = await signedIn({ idp: 'two' });
    expect((await browser.submit('/logout', {})).headers.get('location')).toBe('/logged-out');
  });

  it.each([
    ['has no end-session endpoint', { discovery: { end_session_endpoint: null } }],
    ['does not answer', { answers: { discovery: { fails: 'outbound_timeout' } } }],
  ])('ends the session also when the provider %s', async (_, misbehaviour) => {
    const { browser } = await signedIn();
    world.at(ISSUER).misbehaviour = misbehaviour;
    world.world.pass(11);
    expect((await browser.submit('/logout', {})).headers.get('location')).toBe('/logged-out');
    expect(await isSignedIn(browser)).toBe(false);
    expect(browser.cookies.has(SESSION)).toBe(false);
    world.world.pass(11);
  });
});
