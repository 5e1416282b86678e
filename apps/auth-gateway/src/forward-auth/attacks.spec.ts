import { createHash } from 'node:crypto';
import { exchange } from '../testing/forward-proxy.ts';
import { ForwardBrowser, ForwardWorld, GRAFANA, PAGE, SHARED, WIKI } from '../testing/forward-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';

const COOKIE = '__Host-rolecall_forward';
const FLOW = '__Host-rolecall_forward_flow';

let forward: ForwardWorld;

beforeAll(async () => {
  forward = await ForwardWorld.open();
});
afterAll(() => forward?.close());

/** A browser at an application, signed in at the gateway; it has not opened the application yet. */
async function arriving(origin = GRAFANA, organization: 'acme' | 'beta' = 'acme'): Promise<ForwardBrowser> {
  const browser = forward.browser(await forward.proxy('traefik', origin), origin);
  await forward.signIn(browser.sso, organization, organization === 'acme' ? 'eve@acme.com' : 'bo@beta.example');
  return browser;
}

async function inside(origin = GRAFANA, organization: 'acme' | 'beta' = 'acme'): Promise<ForwardBrowser> {
  const browser = await arriving(origin, organization);
  expect((await browser.open('/')).status).toBe(200);
  return browser;
}

/** Goes as far as to the handle, and gives its address. */
async function handleOf(browser: ForwardBrowser, path = '/'): Promise<string> {
  const started = await browser.app.get(`/.rolecall/start?rd=${encodeURIComponent(path)}`, PAGE);
  const handed = await at(browser.sso, started.headers.get('location'));
  return handed.headers.get('location') ?? '';
}

function at(browser: TestBrowser, address: string | null): Promise<Response> {
  const { pathname, search } = new URL(address ?? '');
  return browser.get(pathname + search, PAGE);
}

const verify = (headers: Record<string, string>, gateway = forward.gateway) =>
  exchange(`${gateway.address}/auth/verify`, 'GET', headers);
const asked = (origin: string, cookie = '') => ({
  'x-forwarded-proto': new URL(origin).protocol.slice(0, -1),
  'x-forwarded-host': new URL(origin).host,
  cookie,
});
const cookieOf = (browser: ForwardBrowser) => `${COOKIE}=${browser.app.cookies.get(COOKIE)}`;

describe('the cookie of an application', () => {
  it('is kept by this host alone, over https, as long as the session lives at most', async () => {
    const browser = await arriving();
    const came = await at(browser.app, await handleOf(browser));
    const cookie = came.headers.getSetCookie().find((each) => each.startsWith(`${COOKIE}=`)) ?? '';
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/=[\w-]{64}$/);
    const expires = new Date(forward.world.now.getTime() + 12 * 3_600_000).toUTCString();
    expect(attributes.sort()).toEqual([`Expires=${expires}`, 'HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'].sort());
    const flow = came.headers.getSetCookie().find((each) => each.startsWith(`${FLOW}=`)) ?? '';
    expect(flow).toMatch(/; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('opens no other application, of the same organization or another one', async () => {
    const cookie = cookieOf(await inside());
    expect((await verify(asked(GRAFANA, cookie))).status).toBe(200);
    for (const origin of [SHARED, WIKI, 'http://grafana.example.com', `${GRAFANA}:8443`]) {
      expect((await verify(asked(origin, cookie))).status).toBeGreaterThanOrEqual(401);
    }
  });

  it('is neither the session of the gateway nor one of its handles', async () => {
    const browser = await arriving();
    const handle = new URL(await handleOf(browser)).searchParams.get('h');
    expect((await verify(asked(GRAFANA, `${COOKIE}=${handle}`))).status).toBe(401);
    await browser.open('/');
    const value = browser.app.cookies.get(COOKIE) ?? '';
    expect(
      (await forward.gateway.browser().get('/session', { cookie: `__Host-rolecall_session=${value}` })).status,
    ).toBe(401);
    const session = browser.sso.cookies.get('__Host-rolecall_session');
    expect((await verify(asked(GRAFANA, `${COOKIE}=${session}`))).status).toBe(401);
    expect((await verify(asked(GRAFANA, `__Host-rolecall_session=${session}`))).status).toBe(401);
  });

  it('stands in no log, nor does a handle', async () => {
    const browser = await arriving();
    const handle = new URL(await handleOf(browser)).searchParams.get('h') ?? '';
    await browser.open('/');
    const log = forward.gateway.logLines.join('');
    for (const secret of [
      handle,
      browser.app.cookies.get(COOKIE) ?? '',
      browser.app.cookies.get(FLOW)?.slice(0, 43) ?? '',
    ]) {
      expect(secret.length).toBeGreaterThan(40);
      expect(log).not.toContain(secret);
    }
  });
});

describe('a handle', () => {
  it('is good once', async () => {
    const browser = await arriving();
    const address = await handleOf(browser);
    expect((await at(browser.app, address)).headers.getSetCookie().join()).toContain(`${COOKIE}=`);
    browser.app.cookies.delete(COOKIE);
    const again = await at(browser.app, address);
    expect([again.status, again.headers.getSetCookie()]).toEqual([400, []]);
  });

  it('leads somebody who has used it on, as after going back', async () => {
    const browser = await arriving();
    const address = await handleOf(browser, '/a');
    await at(browser.app, address);
    expect((await at(browser.app, address)).headers.get('location')).toBe(`${GRAFANA}/a`);
  });

  it('is good for a minute', async () => {
    const browser = await arriving();
    const address = await handleOf(browser);
    forward.world.pass(1);
    expect((await at(browser.app, address)).status).toBe(400);
  });

  it('signs nobody in at another browser: one that began a sign-in of its own, or none', async () => {
    const address = await handleOf(await arriving());
    const victim = forward.browser(await forward.proxy('traefik'));
    const nothing = await at(victim.app, address);
    expect([nothing.status, nothing.headers.getSetCookie()]).toEqual([400, []]);
    const another = await handleOf(await arriving());
    await victim.app.get('/.rolecall/start?rd=/', PAGE);
    const other = await at(victim.app, another);
    expect([other.status, other.headers.getSetCookie()]).toEqual([400, []]);
    expect(victim.app.cookies.has(COOKIE)).toBe(false);
  });

  it('of a victim who was sent through with the flow of an attacker opens nothing for either', async () => {
    const attacker = forward.browser(await forward.proxy('traefik'));
    const started = await attacker.app.get('/.rolecall/start?rd=/', PAGE);
    const victim = await arriving();
    const handed = await at(victim.sso, started.headers.get('location'));
    const came = await at(victim.app, handed.headers.get('location'));
    expect([came.status, victim.app.cookies.has(COOKIE)]).toEqual([400, false]);
    // who reads that address in a log has the right secret, and comes too late
    const late = await at(attacker.app, handed.headers.get('location'));
    expect([late.status, attacker.app.cookies.has(COOKIE)]).toEqual([400, false]);
  });

  it('for the flow of nothing signs in no browser without a flow', async () => {
    const victim = await arriving();
    const flow = createHash('sha256').update('').digest('base64url');
    const handed = await victim.sso.get(
      `/auth/start?${new URLSearchParams({ origin: GRAFANA, flow, rd: '/' }).toString()}`,
    );
    const came = await at(victim.app, handed.headers.get('location'));
    expect([came.status, victim.app.cookies.has(COOKIE)]).toEqual([400, false]);
  });

  it('is of one origin', async () => {
    const browser = await arriving(SHARED);
    const { search } = new URL(await handleOf(browser));
    const elsewhere = forward.browser(await forward.proxy('traefik'));
    elsewhere.app.cookies.set(FLOW, browser.app.cookies.get(FLOW) ?? '');
    expect((await elsewhere.app.get(`/.rolecall/callback${search}`, PAGE)).status).toBe(400);
  });

  it.each(['', 'x', 'a'.repeat(64), 'a'.repeat(4_000), '%00'])('none is %s', async (h) => {
    const browser = await arriving();
    await handleOf(browser);
    expect((await browser.app.get(`/.rolecall/callback?h=${h}&rd=/`, PAGE)).status).toBe(400);
  });
});

describe('where it leads', () => {
  it.each([
    '//evil.example',
    '%2F%2Fevil.example',
    '\\\\evil.example',
    'https://evil.example/',
    'https%3A%2F%2Fevil.example%2F',
    '%2F%0D%0ASet-Cookie:%20x=y',
    '@evil.example',
    '.evil.example',
    '%zz',
    '/.rolecall/logout',
  ])('rd=%s leads to the front page of the application', async (rd) => {
    const browser = await arriving();
    const started = await browser.app.get(`/.rolecall/start?rd=${rd}`, PAGE);
    const handed = await at(browser.sso, started.headers.get('location'));
    const came = await at(browser.app, handed.headers.get('location'));
    expect([came.status, came.headers.get('location')]).toEqual([303, `${GRAFANA}/`]);
    expect(came.headers.get('set-cookie')).not.toContain('x=y');
    const forged = handed.headers.get('location')?.replace(/rd=.*$/, `rd=${rd}`) ?? '';
    expect((await at(browser.app, forged)).headers.get('location')).toBe(`${GRAFANA}/`);
  });

  it.each(['/%5Cevil.example', '/%0D%0ASet-Cookie:%20x=y'])('rd=%s stays a path', async (rd) => {
    const browser = await arriving();
    const came = await at(browser.app, await handleOf(browser, rd));
    expect(came.headers.get('location')).toBe(GRAFANA + rd);
    expect(came.headers.get('set-cookie')).not.toContain('x=y');
  });

  it.each([
    ['an origin of nobody', 'https://evil.example'],
    ['a longer host', `${GRAFANA}.evil.example`],
    ['another scheme', 'http://grafana.example.com'],
  ])('to no origin that nobody declares: %s', async (_what, origin) => {
    const { sso } = await arriving();
    const query = new URLSearchParams({ origin, flow: 'a'.repeat(43), rd: '/' }).toString();
    const answer = await sso.get(`/auth/start?${query}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    expect(await answer.text()).not.toContain('evil.example');
  });

  it.each([
    ['a path behind it', { origin: `${GRAFANA}/` }],
    ['userinfo', { origin: 'https://grafana.example.com@evil.example' }],
    ['a script', { origin: 'javascript:alert(1)' }],
    ['no flow', { flow: '' }],
    ['a flow that is none', { flow: 'x' }],
  ])('a query of nobody’s: %s', async (_what, changed) => {
    const { sso } = await arriving();
    const query = new URLSearchParams({ origin: GRAFANA, flow: 'a'.repeat(43), rd: '/', ...changed }).toString();
    const answer = await sso.get(`/auth/start?${query}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  it('what is below /.rolecall answers for origins that somebody declares alone, and to no browser directly', async () => {
    const proxy = await forward.proxy('traefik', 'https://unknown.example');
    for (const path of ['start?rd=/', 'callback?h=x', 'logout']) {
      const answer = await exchange(`${proxy.address}/.rolecall/${path}`, 'GET', PAGE);
      expect([answer.status, answer.headers.location, answer.headers['set-cookie']]).toEqual([
        403,
        undefined,
        undefined,
      ]);
      const direct = await forward.gateway.browser().get(`/.rolecall/${path}`, { host: 'grafana.example.com' });
      expect([direct.status, direct.headers.get('location')]).toEqual([403, null]);
    }
  });

  it('somebody of an organization that has no application there sees why, and another way in', async () => {
    const browser = await arriving(WIKI, 'acme');
    const page = await browser.open('/a');
    expect(page.status).toBe(403);
    const text = await page.text();
    expect(text).toContain('eve@acme.com');
    expect(text).toMatch(/href="\/login\/beta\?returnTo=https%3A%2F%2Fsso\.example\.com%2Fauth%2Fstart%3F/);
    expect(browser.app.cookies.has(COOKIE)).toBe(false);
    await forward.signIn(browser.sso, 'beta', 'bo@beta.example');
    expect(await (await browser.open('/a')).json()).toMatchObject({ 'x-auth-request-org': 'beta' });
  });

  it('an origin of several organizations lets users of each in, as theirs', async () => {
    const nobody = forward.browser(await forward.proxy('caddy', SHARED), SHARED);
    await nobody.open('/');
    expect(new URL(nobody.visited.at(-1) ?? '').pathname).toBe('/login');
    for (const organization of ['acme', 'beta'] as const) {
      const browser = await inside(SHARED, organization);
      expect(await (await browser.open('/')).json()).toMatchObject({ 'x-auth-request-org': organization });
    }
  });
});

describe('going round in circles', () => {
  it('a browser without cookies sees why at once', async () => {
    const browser = await arriving();
    const address = await handleOf(browser);
    browser.app.cookies.clear();
    const page = await at(browser.app, address);
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('does not keep the cookie')]);
  });

  it('a browser or proxy that loses the cookie sees why after the second sign-in', async () => {
    const browser = await arriving();
    const { app } = browser;
    let page: Response | undefined;
    for (let round = 1; round <= 3; round += 1) {
      page = await app.get('/.rolecall/start?rd=/', PAGE);
      const location = page.headers.get('location');
      if (location === null) break;
      expect(round).toBeLessThan(3);
      const handed = await at(browser.sso, location);
      await at(app, handed.headers.get('location'));
      app.cookies.delete(COOKIE);
    }
    expect([page?.status, await page?.text()]).toEqual([400, expect.stringContaining('does not keep the cookie')]);
    expect((await browser.open('/')).status).toBe(200); // trying again is trying anew
  });

  it('a proxy that hands no cookies to /auth/verify is not asked for ever', async () => {
    const browser = await inside();
    const answers: number[] = [];
    for (let round = 0; round < 3; round += 1)
      answers.push((await browser.app.get('/.rolecall/start?rd=/', PAGE)).status);
    expect(answers).toEqual([303, 400, 303]);
  });

  it('many tabs that open at once all get in', async () => {
    const browser = await arriving();
    const handles: string[] = [];
    for (let tab = 0; tab < 5; tab += 1) handles.push(await handleOf(browser, `/tab/${tab}`));
    for (const [tab, handle] of handles.entries()) {
      expect((await at(browser.app, handle)).headers.get('location')).toBe(`${GRAFANA}/tab/${tab}`);
      expect((await verify(asked(GRAFANA, cookieOf(browser)))).status).toBe(200);
    }
  });
});

it('the gateway’s own session opens no application, not at another port of its host either', async () => {
  const own = 'https://sso.example.com:8443';
  const browser = await arriving();
  await forward.world.sql("insert into forward_origins select $1, org_id, 'x' from organizations where name = 'acme'", [
    own,
  ]);
  const cookie = `__Host-rolecall_session=${browser.sso.cookies.get('__Host-rolecall_session')}`;
  expect((await verify(asked(own, cookie))).status).toBe(401);
  const question = await exchange(`${forward.gateway.address}/.rolecall/logout`, 'GET', asked(own, cookie));
  expect([question.status, question.headers.location]).toEqual([303, 'https://sso.example.com/logged-out']);
});

it('a form of another site signs nobody out, nor does one of the gateway’s own host', async () => {
  const browser = await inside();
  for (const site of ['same-site', 'cross-site', '']) {
    const headers = { 'sec-fetch-site': site, origin: 'https://sso.example.com' };
    expect((await browser.app.submit('/.rolecall/logout', {}, headers)).status).toBe(403);
  }
  expect((await browser.open('/')).status).toBe(200);
});
