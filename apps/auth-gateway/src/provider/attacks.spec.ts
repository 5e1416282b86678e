import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { OrganizationSpec } from '@rolecall/org-config';
import { TestApplication, type TestClient, WORTH_NOTHING } from '../testing/application.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { DEFAULT_RATE_LIMITS } from '../limits/settings.ts';
import { HeldLock } from '../testing/held-lock.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const CALLBACK = 'https://app.example.com/callback';
const SECRET = 'a secret with spaces & signs';
const oidc = { type: 'oidc', redirectUris: [CALLBACK] } as const;
const clientSecret = { fromEnv: 'X' };
const applications: OrganizationSpec['applications'] = {
  dashboard: oidc,
  other: { ...oidc, redirectUris: ['https://other.example/cb'] },
  office: { ...oidc, clientAuthentication: 'client_secret_basic', clientSecret, idTokenAlgorithm: 'ES256' },
  posting: { ...oidc, clientAuthentication: 'client_secret_post', clientSecret },
  unset: { ...oidc, clientAuthentication: 'client_secret_basic', clientSecret },
  short: { ...oidc, refreshTokens: false },
};

let world: TestWorld;
let gateways: readonly TestGateway[];
let browser: TestBrowser;
let application: TestApplication;

beforeAll(async () => {
  world = await TestWorld.open(
    { acme: { ...ACME, applications }, beta: { ...BETA, applications: { dashboard: oidc } } },
    undefined,
    {
      office: SECRET,
      posting: SECRET,
    },
  );
  world.now = new Date();
  gateways = [await world.startGateway(), await world.startGateway()];
});
beforeEach(async () => {
  browser = gateways[0]!.browser();
  await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: 'sales' }));
  application = client('acme.dashboard');
});
afterAll(() => world?.close());

function client(id: string, secret?: TestClient['secret'], redirectUri = CALLBACK): TestApplication {
  return new TestApplication(gateways[0]!.address, { id, redirectUri, ...(secret && { secret }) });
}

async function redirected(
  changed: Readonly<Record<string, string | undefined>>,
  as = application,
): Promise<URLSearchParams> {
  const response = await browser.get(as.authorize(changed));
  const location = response.headers.get('location');
  if (location === null) throw new Error(`a page: ${response.status} ${await response.text()}`);
  return new URL(location, 'https://sso.example.com').searchParams;
}

const errorOf = async (changed: Readonly<Record<string, string | undefined>>) =>
  (await redirected(changed)).get('error');

/** A page of ours, which leads nowhere. */
async function page(changed: Readonly<Record<string, string | undefined>>): Promise<string> {
  const response = await browser.get(application.authorize(changed));
  expect([response.headers.get('location'), response.headers.get('content-type')]).toEqual([
    null,
    'text/html; charset=utf-8',
  ]);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.getSetCookie()).toEqual([]);
  return response.text();
}

const events = async () => {
  const trail = await world.audit('acme');
  return trail.filter(({ type }) => type.startsWith('application.')).map(({ type, data }) => [type, data]);
};

describe('security.md 61: a request', () => {
  it.each([
    ['another path', `${CALLBACK}/`],
    ['a longer path', `${CALLBACK}/../callback`],
    ['a query', `${CALLBACK}?x=1`],
    ['another port', 'https://app.example.com:8443/callback'],
    ['another scheme', 'http://app.example.com/callback'],
    ['userinfo', 'https://app.example.com@evil.example/callback'],
    ['an address of another application', 'https://other.example/cb'],
    ['upper case', 'https://APP.example.com/callback'],
    ['nothing', undefined],
  ])('that wants its answer at %s gets a page of ours', async (_, redirectUri) => {
    expect(await page({ redirect_uri: redirectUri })).toContain('Request refused');
  });

  it.each([
    ['of nobody', 'acme.nobody'],
    ['of no organization', 'nobody.dashboard'],
    ['of two points', 'acme.dashboard.x'],
    ['whose secret is not there', 'acme.unset'],
    ['that is none', '__proto__'],
  ])('of a client %s gets a page of ours', async (_, clientId) => {
    expect(await page({ client_id: clientId })).toContain('Unknown application');
  });

  it('needs PKCE, by S256', async () => {
    expect(await errorOf({ code_challenge: undefined, code_challenge_method: undefined })).toBe('invalid_request');
    expect(await errorOf({ code_challenge_method: 'plain' })).toBe('invalid_request');
  });

  it('gets nothing but a code', async () => {
    for (const responseType of ['token', 'id_token', 'code id_token', 'none']) {
      const answer = await browser.get(application.authorize({ response_type: responseType }));
      expect(answer.headers.get('location')).toMatch(/[?#]error=(?:unsupported_response_type|invalid_request)&/);
    }
    expect(await errorOf({ response_mode: 'fragment' })).toBeNull();
    const inFragment = await browser.get(application.authorize({ response_mode: 'fragment' }));
    expect(inFragment.headers.get('location')).toContain('#error=invalid_request');
    expect(await errorOf({ scope: 'profile' })).toBe('invalid_request');
    for (const grant of ['password', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code']) {
      const refused = await application.exchange('x', { grant_type: grant });
      expect([refused.status, refused.body.error]).toEqual([400, 'unsupported_grant_type']);
    }
  });

  it('may get its answer posted, by a page that posts and nothing else', async () => {
    const posted = await browser.get(application.authorize({ response_mode: 'form_post' }));
    expect(posted.status).toBe(200);
    expect(posted.headers.get('content-security-policy')).toMatch(/script-src 'none' 'sha256-[^']+'$/);
    expect(await posted.text()).toContain(`action="${CALLBACK}"`);
  });

  it('that names one parameter twice is refused', async () => {
    const twice = await browser.get(`${application.authorize()}&scope=openid`);
    expect(twice.headers.get('location')).toContain('error=invalid_request');
  });
});

describe('security.md 61: a code', () => {
  it('is used once, at one of two processes; a second use ends what came of the first', async () => {
    const code = await application.code(browser);
    const other = application.at(gateways[1]!.address);
    const both = await Promise.all([application.exchange(code), other.exchange(code)]);
    const statuses = both.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses[1]).toBe(400);
    const later = await application.signIn(browser);
    const again = await application.code(browser);
    const first = await application.exchange(again);
    expect(first.status).toBe(200);
    expect((await other.exchange(again)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await application.worth(first.body)).toEqual(WORTH_NOTHING);
    expect((await application.userinfo(later.access_token)).status).toBe(200);
    expect(await events()).toContainEqual(['application.token_reused', { application: 'dashboard', kind: 'code' }]);
  });

  it('is over after a minute', async () => {
    const code = await application.code(browser);
    world.pass(1);
    expect((await application.exchange(code)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('needs its verifier, its address and its client; who has not got them spends nothing', async () => {
    const code = await application.code(browser);
    const wrong = 'x'.repeat(43);
    const wrongs: Record<string, string>[] = [{ code_verifier: wrong }, { redirect_uri: 'https://other.example/cb' }];
    for (const changed of wrongs) {
      expect((await application.exchange(code, changed)).body).toMatchObject({ error: 'invalid_grant' });
    }
    expect((await client('acme.other').exchange(code)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await application.exchange(code)).status).toBe(200);
  });
});

describe('security.md 61: a refresh token', () => {
  it('gives another one each time; one that comes again ends the whole sign-in, at both processes', async () => {
    const first = await application.signIn(browser);
    const second = await application.refresh(first.refresh_token);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    const third = await application.at(gateways[1]!.address).refresh(second.body.refresh_token);
    expect(third.status).toBe(200);
    expect((await application.refresh(first.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await application.worth(third.body)).toEqual(WORTH_NOTHING);
    expect(await events()).toContainEqual(['application.token_reused', { application: 'dashboard', kind: 'refresh' }]);
  });

  it('of which two processes get one copy each gives nobody anything', async () => {
    const { refresh_token: token } = await application.signIn(browser);
    const both = await Promise.all([application.refresh(token), application.at(gateways[1]!.address).refresh(token)]);
    const given = both.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { body } of given) expect(await application.worth(body)).toEqual(WORTH_NOTHING);
  });

  it('of which two processes take a copy at the same moment gives nobody anything', async () => {
    const { refresh_token: token } = await application.signIn(browser);
    const held = await HeldLock.by('select from application_tokens for update', world.db.ownerUrl);
    const both = [application.refresh(token), application.at(gateways[1]!.address).refresh(token)];
    await held.blockedBackends(2);
    await held.release();
    const answers = await Promise.all(both);
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    const worths = await Promise.all(given.map(({ body }) => application.worth(body)));
    expect(worths).toEqual(given.map(() => WORTH_NOTHING));
    expect(await events()).toContainEqual(['application.token_reused', { application: 'dashboard', kind: 'refresh' }]);
  });

  it('whose answer was lost with the database may come again', async () => {
    const { refresh_token: token } = await application.signIn(browser);
    const held = await HeldLock.by('select from application_tokens for update', world.db.ownerUrl);
    const lost = application.refresh(token);
    await held.terminate(await held.blocked());
    expect((await lost).status).toBe(500);
    await held.release();
    expect((await application.refresh(token)).status).toBe(200);
  });

  it('is for its client alone, and for none that has none', async () => {
    const { refresh_token: token } = await application.signIn(browser);
    expect((await client('acme.other').refresh(token)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await application.refresh(token)).status).toBe(200);
    const short = await client('acme.short').signIn(browser);
    expect(short.refresh_token).toBeUndefined();
  });
});

describe('security.md 61: a client with a secret', () => {
  it.each([
    ['acme.office', 'basic'],
    ['acme.posting', 'post'],
  ] as const)('%s gets tokens with it, and nothing without', async (id, how) => {
    const own = client(id, { how, value: SECRET });
    const tokens = await own.signIn(browser);
    expect(decodeProtectedHeader(tokens.id_token).alg).toBe(id === 'acme.office' ? 'ES256' : 'RS256');
    for (const secret of [undefined, { how, value: 'wrong' }]) {
      const stranger = Object.assign(client(id, secret), { verifier: own.verifier });
      const refused = await stranger.exchange(await own.code(browser));
      expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
      expect((await stranger.refresh(tokens.refresh_token)).status).toBe(401);
      expect((await stranger.introspect(tokens.access_token)).status).toBe(401);
    }
    expect((await own.introspect(tokens.access_token)).body.active).toBe(true);
  });
});

describe('security.md 63: tokens', () => {
  it('say nothing to another client, and are not ended by one', async () => {
    const tokens = await application.signIn(browser);
    const other = client('acme.other');
    expect((await other.introspect(tokens.access_token)).body).toEqual({ active: false });
    await other.revoke(tokens.access_token);
    expect((await application.introspect(tokens.access_token)).body.active).toBe(true);
  });

  it('of one kind are none of another', async () => {
    const tokens = await application.signIn(browser);
    const code = await application.code(browser);
    for (const wrong of [
      tokens.id_token,
      tokens.refresh_token!,
      code,
      browser.cookies.get('__Host-rolecall_session')!,
    ]) {
      expect((await application.userinfo(wrong)).status).toBe(401);
    }
    expect((await application.refresh(tokens.access_token)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await application.exchange(tokens.access_token)).body).toMatchObject({ error: 'invalid_grant' });
    const access = gateways[0]!.browser();
    access.cookies.set('__Host-rolecall_session', tokens.access_token);
    expect((await access.get('/session')).status).toBe(401);
  });

  it('are ended by their client, with all of their sign-in', async () => {
    const tokens = await application.signIn(browser);
    expect((await application.revoke(tokens.access_token)).status).toBe(200);
    expect(await application.worth(tokens)).toEqual(WORTH_NOTHING);
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('are nothing to another application that has the name of theirs by now', async () => {
    const tokens = await application.signIn(browser);
    await world.sql(`update application_grants set application = 'board' where application = 'dashboard'`);
    expect(await application.worth(tokens)).toEqual(WORTH_NOTHING);
  });

  it('stand in no row and no log line', async () => {
    const { access_token: access, refresh_token: refresh } = await application.signIn(browser);
    const rows = JSON.stringify(
      await world.sql('select t::text, g::text from application_tokens t, application_grants g'),
    );
    const logged = gateways.flatMap(({ logLines }) => logLines).join();
    for (const secret of [access, refresh!, application.verifier]) {
      expect(rows.includes(secret) || logged.includes(secret)).toBe(false);
    }
    expect(decodeJwt(access.split('.')[1] === undefined ? 'a.e30.c' : access)).toEqual({});
  });

  it('are for the users of the client\u2019s organization alone', async () => {
    const beta = client('beta.dashboard');
    const login = await redirected({}, beta);
    expect(login.get('returnTo')).toContain('/op/auth?');
    expect((await redirected({ prompt: 'none' }, beta)).get('error')).toBe('login_required');
  });
});

describe('a sign-in that must be fresh', () => {
  it.each([{ prompt: 'login' }, { max_age: '0' }, { prompt: 'select_account' }])('is asked for: %j', async (asked) => {
    const login = await redirected(asked);
    const back = new URL(login.get('returnTo')!);
    const begun = await browser.start(`/saml/acme/okta/login?${login.toString()}`);
    expect(begun.xml).toContain('ForceAuthn="true"');
    // without having signed in: asked for again, also without a prompt
    expect((await redirectedTo(back)).get('returnTo')).not.toBeNull();
    await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: 'sales' }));
    expect((await redirectedTo(back)).get('code')).not.toBeNull();
  });

  it.each([{ prompt: 'login' }, { max_age: '0' }, { prompt: 'select_account' }])(
    'is none when the identity provider answers with one of an hour ago: %j',
    async (asked) => {
      const login = await redirected(asked);
      const back = new URL(login.get('returnTo')!);
      const path = `/saml/acme/okta/login?${login.toString()}`;
      const eve = world.person('eve@acme.com', { role_mapping: 'sales' });
      const stale = { ...eve, authnInstant: new Date(world.now.getTime() - 3_600_000) };
      const { requestId, connection, relayState } = await browser.start(path);
      const response = world.idp.respond({ connection, inResponseTo: requestId, ...stale });
      const refused = await browser.postResponse('/saml/acme/okta/acs', response);
      const flow = await world.flowOn('acme', await refused.text());
      expect([flow?.code, `login.${flow?.traceId}`]).toEqual(['reauthentication_missing', relayState]);
      expect((await redirectedTo(back)).get('code')).toBeNull();
      expect((await browser.signIn(world.idp, path, { ...eve, authnInstant: world.now })).status).toBe(303);
      expect((await redirectedTo(back)).get('code')).not.toBeNull();
      // which is asked of no other sign-in
      expect((await browser.signIn(world.idp, '/saml/acme/okta/login', stale)).status).toBe(303);
    },
  );

  it('is not made an ordinary one by another id in the request on its way to the identity provider', async () => {
    const login = await redirected({ prompt: 'login' });
    const { requestId, connection } = await browser.start(`/saml/acme/okta/login?${login.toString()}`);
    const stale = {
      ...world.person('eve@acme.com', { role_mapping: 'sales' }),
      authnInstant: new Date(world.now.getTime() - 3_600_000),
    };
    const response = world.idp.respond({ connection, inResponseTo: requestId.replace('_r', '_'), ...stale });
    const refused = await browser.postResponse('/saml/acme/okta/acs', response);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('was not started here')]);
  });

  const redirectedTo = async (url: URL) => {
    const response = await browser.get(url.pathname + url.search);
    return new URL(response.headers.get('location')!, 'https://sso.example.com').searchParams;
  };

  it('is one also when the clock of the process where it ended is behind', async () => {
    const login = await redirected({ prompt: 'login' });
    world.pass(-0.5);
    await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: 'sales' }));
    world.pass(0.5);
    expect((await redirectedTo(new URL(login.get('returnTo')!))).get('code')).not.toBeNull();
  });

  it('is asked for by max_age when it was longer ago', async () => {
    expect((await redirected({ max_age: '60' })).get('code')).not.toBeNull();
    world.pass(2);
    expect((await redirected({ max_age: '60' })).get('returnTo')).not.toBeNull();
    expect((await redirected({ max_age: '60', prompt: 'none' })).get('error')).toBe('login_required');
  });

  it('for another user than the hint names ends with an error, not in a circle', async () => {
    const hint = (await application.signIn(browser)).id_token;
    const mo = gateways[0]!.browser();
    await mo.signIn(world.idp, '/saml/acme/okta/login', world.person('mo@acme.com', { role_mapping: 'sales' }));
    browser = mo;
    const login = await redirected({ id_token_hint: hint });
    const back = new URL(login.get('returnTo')!);
    await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('mo@acme.com', { role_mapping: 'sales' }));
    expect((await redirectedTo(back)).get('error')).toBe('login_required');
  });

  it('leads to a page where the browser does not keep the session, and not in a circle', async () => {
    const without = gateways[0]!.browser();
    let path = application.authorize();
    for (let round = 0; round < 3; round += 1) {
      const login = await without.get(path);
      expect(login.status).toBe(303);
      const back = new URL(new URL(login.headers.get('location')!).searchParams.get('returnTo')!);
      path = back.pathname + back.search;
      world.pass(0.1);
    }
    const last = await without.get(path);
    expect([last.status, await last.text()]).toEqual([400, expect.stringContaining('does not keep the cookie')]);
    world.pass(3);
    expect((await without.get(path)).status).toBe(303);
  });

  it('is not asked for by a prompt for consent', async () => {
    expect((await redirected({ prompt: 'consent', scope: 'openid offline_access' })).get('code')).not.toBeNull();
  });
});

it.each(['/op/Auth?client_id=acme.dashboard', '/op/auth/', '/op/auth/x', '/op/reg', '/op/request'])(
  'has nothing at %s, whatever oidc-provider knows',
  async (path) => {
    const answer = await browser.get(path);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([404, []]);
  },
);

it('records the browser of whoever opened an application, not the server that took the code', async () => {
  const gateway = await world.startGateway({ trustedProxies: ['127.0.0.1'] });
  const at = browser.at(gateway.address);
  const back = await at.get(application.authorize(), { 'x-forwarded-for': '192.0.2.77' });
  const code = new URL(back.headers.get('location')!).searchParams.get('code')!;
  expect((await application.at(gateway.address).exchange(code)).status).toBe(200);
  const opened = (await world.audit('acme')).filter(({ type }) => type === 'application.signed_in');
  expect(opened.at(-1)?.client?.address).toBe('192.0.2.77');
});

it('gives nothing for a code that went to an address which is withdrawn by now', async () => {
  const code = await application.code(browser);
  await world.sql(
    `update application_tokens set payload = payload || '{"redirectUri": "https://old.example/cb"}' where kind = 'code'`,
  );
  const refused = await application.exchange(code, { redirect_uri: 'https://old.example/cb' });
  expect(refused.body).toMatchObject({ error: 'invalid_grant' });
});

it('answers pages of the application\u2019s own origins alone', async () => {
  const { access_token: token } = await application.signIn(browser);
  const me = (origin: string) =>
    fetch(`${gateways[0]!.address}/op/me`, { headers: { authorization: `Bearer ${token}`, origin } });
  const own = await me('https://app.example.com');
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example.com']);
  const other = await me('https://evil.example');
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([400, null]);
});

it('believes no Host header, and no address in the request line', async () => {
  const { address } = gateways[0]!;
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
  const text = await (await fetch(`${address}/op/.well-known/openid-configuration`, { headers })).text();
  expect(text).not.toMatch(/evil|127\.0\.0\.1/);
});

it('counts guesses of a client\u2019s secret, and no tokens that are over: after a sign-out there are many', async () => {
  const gateway = await world.startGateway({ rateLimits: { ...DEFAULT_RATE_LIMITS, answer: 3, application: 3 } });
  const own = application.at(gateway.address);
  for (let tries = 0; tries < 6; tries += 1) {
    expect((await own.refresh('A'.repeat(64))).status).toBe(400);
    expect((await own.userinfo('A'.repeat(64))).status).toBe(401);
  }
  const guess = () => client('acme.office', { how: 'basic', value: 'guess' }).at(gateway.address).introspect('x');
  for (let tries = 0; tries < 3; tries += 1) expect((await guess()).status).toBe(401);
  expect((await guess()).status).toBe(429);
  expect((await own.userinfo('A'.repeat(64))).status).toBe(401);
  // nor is any of it a bad answer of an identity provider
  expect((await gateway.browser().postResponse('/saml/acme/okta/acs', 'x')).status).toBe(400);
});

it('keeps nobody out because another application at the same address is gone, and does not know it', async () => {
  const gateway = await world.startGateway({ rateLimits: { ...DEFAULT_RATE_LIMITS, application: 3 } });
  const code = await application.code(browser);
  const gone = client('acme.gone').at(gateway.address);
  for (let tries = 0; tries < 3; tries += 1) expect((await gone.refresh('x')).status).toBe(401);
  const refused = await gone.refresh('x');
  expect([refused.status, refused.body.error]).toEqual([429, 'temporarily_unavailable']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await application.at(gateway.address).exchange(code)).status).toBe(200);
  // nor may one address try all names there are
  const guesses = Array.from({ length: 40 }, (_, n) => client(`acme.guess-${n}`).at(gateway.address).refresh('x'));
  expect((await Promise.all(guesses)).filter(({ status }) => status === 429).length).toBeGreaterThan(10);
});
