import { GRAFANA, ForwardWorld, PAGE } from '../testing/forward-world.ts';
import { PROXIES } from '../testing/forward-proxy.ts';

let forward: ForwardWorld;

beforeAll(async () => {
  forward = await ForwardWorld.open();
});
afterAll(() => forward?.close());

describe.each(PROXIES)('behind %s', (kind) => {
  it('somebody signs in once, and the application learns who is there', async () => {
    const proxy = await forward.proxy(kind);
    const browser = forward.browser(proxy);
    const page = '/d/abc?from=now-1h&to=now&var=a%20b%26c';
    const asked = await browser.open(page);
    expect(new URL(browser.visited.at(-1) ?? '').pathname).toBe('/login/acme');
    expect(await asked.text()).toContain('Okta');

    await forward.signIn(browser.sso);
    const returnTo = new URL(browser.visited.at(-1) ?? '').searchParams.get('returnTo') ?? '';
    const opened = await browser.follow(returnTo);
    expect(browser.visited.at(-1)).toBe(GRAFANA + page);
    expect(opened.status).toBe(200);
    const { userId } = (await forward.world.sql('select user_id as "userId" from users'))[0] ?? {};
    expect(await opened.json()).toMatchObject({
      'x-auth-request-user': userId,
      'x-auth-request-email': 'eve@acme.com',
      'x-auth-request-org': 'acme',
      'x-auth-request-roles': 'account/main:campaign-creator,project/eu-shop:member',
      'x-auth-request-groups': 'inbox/vip',
    });
    const before = browser.visited.length;
    expect((await browser.open('/next')).status).toBe(200);
    expect(browser.visited).toHaveLength(before + 1);
  });

  it('somebody who is signed in at the gateway is led through without a page', async () => {
    const proxy = await forward.proxy(kind);
    const browser = forward.browser(proxy);
    await forward.signIn(browser.sso);
    expect((await browser.open('/a?b=c')).status).toBe(200);
    const paths = browser.visited.map((url) => new URL(url).pathname);
    expect(paths).toEqual(['/a', '/.rolecall/start', '/auth/start', '/.rolecall/callback', '/a']);
    expect(browser.visited.at(-1)).toBe(`${GRAFANA}/a?b=c`);
  });

  it('a script gets a 401, and no redirect to a page', async () => {
    const proxy = await forward.proxy(kind);
    const browser = forward.browser(proxy);
    const headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: 'application/json' };
    const answer = await browser.app.get('/api', headers);
    expect([answer.status, answer.headers.get('location')]).toEqual([401, null]);
    expect(proxy.exchanges.at(-1)?.answer).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } });
  });

  it('signing out ends the session everywhere, after a question', async () => {
    const proxy = await forward.proxy(kind);
    const browser = forward.browser(proxy);
    await forward.signIn(browser.sso);
    await browser.open('/');
    const question = await browser.app.get('/.rolecall/logout', PAGE);
    expect(await question.text()).toContain('eve@acme.com');
    expect((await browser.open('/')).status).toBe(200);
    const other = await browser.app.submit('/.rolecall/logout', {}, { 'sec-fetch-site': 'cross-site' });
    expect(other.status).toBe(403);
    expect((await browser.open('/')).status).toBe(200);
    const left = await browser.app.submit('/.rolecall/logout', {});
    expect([left.status, left.headers.get('location')]).toEqual([303, `${forward.gateway.url}/logged-out`]);
    expect([...browser.app.cookies]).toEqual([]);
    expect((await browser.sso.get('/session')).status).toBe(401);
    await browser.open('/');
    expect(new URL(browser.visited.at(-1) ?? '').pathname).toBe('/login/acme');
  });
});
