import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('what a client made up reaches no application, also where there is nothing in its place', async () => {
    const proxy = await forward.proxy(kind);
    const browser = forward.browser(proxy);
    await forward.signIn(browser.sso);
    await browser.open('/');
    await forward.world.sql('delete from grants; delete from memberships; update users set email = null');
    const made = {
      ...PAGE,
      'x-auth-request-roles': 'account/main:sso_admin',
      'x-auth-request-groups': 'admins',
      'x-auth-request-email': 'root@acme.com',
    };
    const answer = await browser.app.get('/', made);
    expect(answer.status).toBe(200);
    const handed = (await answer.json()) as Record<string, string>;
    expect(/rolecall/.test(handed['cookie'] ?? '')).toBe(kind === 'traefik'); // which takes no cookie out: the guide says so
    const [roles, groups, email] = ['roles', 'groups', 'email'].map((name) => handed[`x-auth-request-${name}`]);
    expect([roles, groups, email]).toEqual(['-', '-', '-']);
    await forward.world.sql("update users set email = 'eve@acme.com'");
  });
});

const GUIDE = readFileSync(join(import.meta.dirname, '../../../../docs/guides/forward-auth.md'), 'utf8');

it('the guide keeps the order of Caddy’s directives: a handle would sort them, and delete what was just set', () => {
  const [, block = ''] = /\n\t\troute \{\n([\s\S]*?)\n\t\t\}\n/.exec(GUIDE) ?? [];
  const directives = [...block.matchAll(/^\t\t\t([a-z_]+)/gm)].map(([, name]) => name);
  expect(directives).toEqual(['request_header', 'request_header', 'forward_auth', 'reverse_proxy']);
});

it.each(['User', 'Email', 'Org', 'Roles', 'Groups', 'Incomplete'])(
  'the guide hands on X-Auth-Request-%s three times',
  (name) => {
    const [traefik, caddy, nginx] = ['## Traefik', '## Caddy', '## nginx'].map(
      (title) => GUIDE.split(title)[1]?.split('\n## ')[0],
    );
    expect(traefik).toContain(`- X-Auth-Request-${name}\n`);
    expect(caddy).toMatch(new RegExp(`copy_headers .*X-Auth-Request-${name}`));
    expect(nginx).toContain(`proxy_set_header X-Auth-Request-${name} $rolecall_${name.toLowerCase()};`);
  },
);
