import type { OrganizationSpec } from '@rolecall/org-config';
import { exchange, type ForwardProxy } from '../testing/forward-proxy.ts';
import { FORWARD_SPECS, type ForwardBrowser, ForwardWorld, GRAFANA, PAGE } from '../testing/forward-world.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

let forward: ForwardWorld;
let other: TestGateway;
let proxies: readonly ForwardProxy[];

/** An application whose proxy asks one gateway, or the other. */
beforeEach(async () => {
  forward = await ForwardWorld.open();
  other = await forward.world.startGateway();
  proxies = [await forward.proxy('caddy'), await forward.proxy('caddy', GRAFANA, other)];
});
afterEach(() => forward?.close());

async function inside(): Promise<ForwardBrowser> {
  const browser = forward.browser(proxies[0]!);
  await forward.signIn(browser.sso);
  expect((await browser.open('/')).status).toBe(200);
  expect(await answers(browser)).toEqual([200, 200]);
  return browser;
}

/** Of a script of the page, at each of the two. */
function answers(browser: ForwardBrowser): Promise<number[]> {
  const cookie = `__Host-rolecall_forward=${browser.app.cookies.get('__Host-rolecall_forward')}`;
  return Promise.all(proxies.map(async ({ address }) => (await exchange(`${address}/api`, 'GET', { cookie })).status));
}

it('a sign-in that began at one gateway ends at another, and is worth nothing at the first then (security.md 64)', async () => {
  const browser = forward.browser(proxies[0]!);
  await forward.signIn(browser.sso);
  const started = await browser.app.get('/.rolecall/start?rd=/a', PAGE);
  const { pathname, search } = new URL(started.headers.get('location') ?? '');
  const handed = await browser.sso.at(other.address).get(pathname + search);
  const callback = new URL(handed.headers.get('location') ?? '');
  const cookie = [...browser.app.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const at = (proxy: ForwardProxy) =>
    exchange(`${proxy.address}${callback.pathname}${callback.search}`, 'GET', { ...PAGE, cookie });
  expect((await at(proxies[1]!)).status).toBe(303);
  expect((await at(proxies[0]!)).status).toBe(400);
});

it.each<[string, (browser: ForwardBrowser) => Promise<unknown>]>([
  ['signs out at the gateway', (browser) => browser.sso.submit('/logout', {})],
  ['signs out at the application', (browser) => browser.app.submit('/.rolecall/logout', {})],
  ['signs in again', (browser) => forward.signIn(browser.sso)],
  ['is away for the idle time', async () => forward.world.pass(61)],
  [
    'ends all sessions',
    () =>
      forward.world.db.database.sessions.revoke(forward.world.idOf('acme'), 'all', 'administrator', forward.world.now),
  ],
])('is over at every gateway when somebody %s', async (_what, ends) => {
  const browser = await inside();
  await ends(browser);
  expect(await answers(browser)).toEqual([401, 401]);
});

it.each<[string, Partial<OrganizationSpec>, number]>([
  ['is switched off', { applications: { grafana: { type: 'forward-auth', enabled: false, origins: [GRAFANA] } } }, 403],
  ['is gone', { applications: {} }, 403],
  ['is elsewhere', { applications: { grafana: { type: 'forward-auth', origins: ['https://new.example.com'] } } }, 403],
])('is over at every gateway when the application %s', async (_what, changed, status) => {
  const browser = await inside();
  await forward.world.change('acme', { ...FORWARD_SPECS['acme'], ...changed });
  expect(await answers(browser)).toEqual([status, status]);
  const start = await browser.app.get('/.rolecall/start?rd=/', PAGE);
  expect([start.status, start.headers.get('location')]).toEqual([403, null]);
});

it('who opened it is in the audit log, and that it ended', async () => {
  const browser = await inside();
  await browser.app.submit('/.rolecall/logout', {});
  const types = (await forward.world.audit('acme')).map(({ type, data }) => [type, data]);
  expect(types).toContainEqual(['application.signed_in', { application: 'grafana' }]);
  expect(types.at(-1)).toEqual(['session.revoked', { reason: 'logout', sessions: 1 }]);
});

it('nobody gets in while the database does not answer', async () => {
  const browser = await inside();
  await forward.world.sql(`alter function forward_check rename to forward_check_away`);
  expect(await answers(browser)).toEqual([500, 500]);
});
