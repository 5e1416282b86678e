import { type TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/beta/okta/login';

describe('a session', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ beta: { ...BETA, login: { session: { idle: '30m', lifetime: '2h' } } } });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const signedIn = async (email = 'eve@beta.example', more: object = {}) => {
    const browser = gateway.browser();
    const entered = await browser.signIn(world.idp, LOGIN, { ...world.person(email), ...more });
    return { browser, entered };
  };

  it('has a cookie that only this site gets, over https, without a domain (security.md 1)', async () => {
    const { browser, entered } = await signedIn();
    const [cookie = '', ...others] = entered.headers.getSetCookie();
    expect(others).toEqual([expect.stringMatching(/^__Host-rolecall_last_login=beta\.okta; /)]);
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/^__Host-rolecall_session=[\w-]{64}$/);
    const expires = new Date(world.now.getTime() + 7_200_000).toUTCString();
    expect(attributes.sort()).toEqual([`Expires=${expires}`, 'HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'].sort());
    const secret = Buffer.from(pair.split('=')[1] ?? '', 'base64url').subarray(16);
    const stored = await world.sql('select token_hash from sessions');
    expect(JSON.stringify(stored)).not.toContain(secret.toString('hex'));
    expect(browser.cookies.size).toBe(3);
  });

  it('is bound at its beginning by a flow cookie of the same kind', async () => {
    const answer = await gateway.browser().get(LOGIN);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-rolecall_flow=[\w-]{43}; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('has the same cookies without https names on the developer’s machine', async () => {
    const local = await world.startGateway({ url: 'http://localhost:4000' });
    const answer = await local.browser().get(LOGIN);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^rolecall_flow=[\w-]{43}; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  });

  it('is unknown without its cookie, with another one, and with that of another organization', async () => {
    const { browser } = await signedIn();
    const value = browser.cookies.get('__Host-rolecall_session') ?? '';
    const swapped = Buffer.concat([
      Buffer.from('0190000000007000800000000000aaaa', 'hex'),
      Buffer.from(value, 'base64url').subarray(16),
    ]);
    for (const presented of ['', 'x', `${value.slice(0, -4)}AAAA`, swapped.toString('base64url')]) {
      const answer = await gateway.browser().get('/session', { cookie: `__Host-rolecall_session=${presented}` });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.json()).toEqual({
        error: { code: 'no_session', message: expect.any(String), traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      });
    }
  });

  it('is told at exactly its path, to GET and HEAD, under the same headers, log and measurements as everything', async () => {
    const { browser } = await signedIn();
    const cookie = `__Host-rolecall_session=${browser.cookies.get('__Host-rolecall_session')}`;
    const ask = (path: string, method: string) =>
      fetch(gateway.address + path, { method, headers: { cookie, 'x-request-id': 'deploy-4711' } });
    const told = await ask('/session', 'GET');
    expect(await told.json()).toMatchObject({ user: { email: 'eve@beta.example' }, organization: 'beta' });
    const head = await ask('/session', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-length': told.headers.get('content-length'),
      'content-type': 'application/json; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'no-store',
      'x-request-id': 'deploy-4711',
    });
    expect((await ask('/session', 'POST')).status).toBe(404);
    expect((await ask('/session/more', 'GET')).status).toBe(404);
    expect(await (await ask('/metrics', 'GET')).text()).toContain('method="HEAD",route="/session",status="200"');
  });

  it('ends at logout: the replayed cookie is worth nothing', async () => {
    const { browser } = await signedIn();
    const cookie = `__Host-rolecall_session=${browser.cookies.get('__Host-rolecall_session')}`;
    const out = await browser.submit('/logout', {});
    expect([out.status, out.headers.get('location')]).toEqual([303, '/logged-out']);
    expect(browser.cookies.has('__Host-rolecall_session')).toBe(false);
    expect((await gateway.browser().get('/session', { cookie })).status).toBe(401);
    expect((await gateway.browser().get('/announcement', { cookie })).headers.get('location')).toBe('/');
    expect((await world.audit('beta')).at(-1)).toMatchObject({
      type: 'session.revoked',
      data: { reason: 'logout', sessions: 1 },
    });
  });

  it('does not end because another site says so', async () => {
    const { browser } = await signedIn();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const refused = await browser.submit('/logout', {}, headers);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain('sent from another site');
    }
    expect((await browser.get('/logout')).status).toBe(404);
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('gets a new token at each login, and the former one ends', async () => {
    const { browser } = await signedIn();
    const former = browser.cookies.get('__Host-rolecall_session');
    await browser.signIn(world.idp, LOGIN, world.person('eve@beta.example'));
    expect(browser.cookies.get('__Host-rolecall_session')).not.toBe(former);
    const replayed = await gateway.browser().get('/session', { cookie: `__Host-rolecall_session=${former}` });
    expect(replayed.status).toBe(401);
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('ends when nobody used it for the idle time (security.md 4)', async () => {
    const { browser } = await signedIn();
    world.pass(29);
    expect((await browser.get('/session')).status).toBe(200);
    world.pass(29);
    expect((await browser.get('/session')).status).toBe(200);
    world.pass(31);
    expect((await browser.get('/session')).status).toBe(401);
  });

  it('ends at its lifetime however much it is used (security.md 4)', async () => {
    const { browser } = await signedIn();
    for (let used = 0; used < 5; used++) {
      world.pass(23);
      expect((await browser.get('/session')).status).toBe(200);
    }
    world.pass(6);
    expect((await browser.get('/session')).status).toBe(401);
  });

  it('ends when the session at the identity provider does (security.md 8)', async () => {
    const ends = new Date(world.now.getTime() + 20 * 60_000).toISOString();
    const assertion = (xml: string) =>
      xml.replace('<saml:AuthnStatement ', `<saml:AuthnStatement SessionNotOnOrAfter="${ends}" `);
    const { browser } = await signedIn('eve@beta.example', { mutate: { assertion } });
    expect(await (await browser.get('/session')).json()).toMatchObject({ expiresAt: ends });
    world.pass(21);
    expect((await browser.get('/session')).status).toBe(401);
  });

  it('is not opened, and nobody is created, when the one at the identity provider ended on the way', async () => {
    const ends = new Date(world.now.getTime() + 4 * 60_000).toISOString();
    const assertion = (xml: string) =>
      xml.replace('<saml:AuthnStatement ', `<saml:AuthnStatement SessionNotOnOrAfter="${ends}" `);
    const browser = gateway.browser();
    const posted = await browser.answer(world.idp, LOGIN, {
      ...world.person('late@beta.example'),
      mutate: { assertion },
    });
    world.pass(5);
    const refused = await browser.get(posted.headers.get('location') ?? '');
    const flow = await world.flowOn('beta', await refused.text());
    expect(flow).toMatchObject({ code: 'session_expired', finishedAt: world.now });
    expect(flow?.startedAt).toEqual(new Date(world.now.getTime() - 5 * 60_000));
    expect(await world.sql(`select * from users where email = 'late@beta.example'`)).toEqual([]);
  });
});
