import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';
import { DEFAULT_RATE_LIMITS } from './settings.ts';

const ACS = '/saml/acme/okta/acs';
const LOGIN = '/saml/acme/okta/login';
const PROXY = { trustedProxies: ['127.0.0.1'] };

describe('rate limits', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME, beta: BETA });
  });
  afterAll(() => world?.close());

  const limited = (limits: Partial<typeof DEFAULT_RATE_LIMITS>, more: object = {}) =>
    world.startGateway({ rateLimits: { ...DEFAULT_RATE_LIMITS, ...limits }, ...more });
  const eve = () => world.person('eve@acme.com', { role_mapping: 'engineering' });
  const from = (client: string) => ({ 'x-forwarded-for': client });
  const statuses = async (count: number, send: () => Promise<Response>) => {
    const seen: number[] = [];
    for (let sent = 0; sent < count; sent++) seen.push((await send()).status);
    return seen;
  };
  const junk = (gateway: TestGateway, client: string, samlResponse = 'AAAA', path = ACS) =>
    fetch(gateway.address + path, {
      method: 'POST',
      body: new URLSearchParams({ SAMLResponse: samlResponse }),
      headers: from(client),
      redirect: 'manual',
    });
  /** An answer for a login that this browser began. */
  const answer = async (browser: TestBrowser, person: object = {}) => {
    const { connection, requestId } = await browser.start(LOGIN);
    return { requestId, samlResponse: world.idp.respond({ connection, inResponseTo: requestId, ...eve(), ...person }) };
  };
  const turnedAway = async (gateway: TestGateway) =>
    [...(await (await fetch(`${gateway.address}/metrics`)).text()).matchAll(/rate_limited_total\{limit="(\w+)"/g)].map(
      ([, limit]) => limit,
    );

  it('turn a client away with 429, one sentence and when to come again', async () => {
    const gateway = await limited({ start: 2 });
    const browser = gateway.browser();
    expect(await statuses(2, () => browser.get(LOGIN))).toEqual([302, 302]);
    const refused = await browser.get(LOGIN);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await refused.text()).toContain('Too many sign-ins');
    expect(await turnedAway(gateway)).toEqual(['start']);
    expect(gateway.logLines.join('')).toContain('"code":"too_many_requests"');
    expect(await world.sql(`select * from flow_records where code = 'too_many_requests'`)).toEqual([]);
    const elsewhere = ['/login', '/session', '/healthz', '/saml/acme/okta/metadata'];
    expect(await Promise.all(elsewhere.map(async (path) => (await browser.get(path)).status))).toEqual([
      200, 401, 200, 200,
    ]);
  });

  it.each([
    ['start', LOGIN, 'GET'],
    ['start', '/oidc/acme/okta/login', 'GET'],
    ['start', '/sso/test/acme/okta', 'GET'],
    ['start', '/oidc/initiate', 'GET'],
    ['identify', '/login', 'POST'],
    ['answer', ACS, 'POST'],
    ['answer', `${ACS}?SAMLResponse=x`, 'GET'],
    ['answer', '/saml/acme/okta/slo', 'POST'],
    ['answer', '/oidc/acme/okta/backchannel-logout', 'POST'],
    ['answer', '/saml/continue?h=x', 'GET'],
    ['answer', '/saml/confirm?h=x', 'GET'],
    ['answer', '/saml/confirm', 'POST'],
    ['answer', '/oidc/callback?state=x', 'GET'],
  ] as const)('"%s" stands before %s (%s)', async (limit, path, method) => {
    const gateway = await limited({ [limit]: 1 });
    await fetch(gateway.address + path, { method, redirect: 'manual' });
    expect((await fetch(gateway.address + path, { method, redirect: 'manual' })).status).toBe(429);
    expect(await turnedAway(gateway)).toEqual([limit]);
  });

  it('refuse before a body is read', async () => {
    const gateway = await limited({ answer: 1 });
    const huge = () => junk(gateway, '192.0.2.1', 'a'.repeat(410_000));
    expect([(await huge()).status, (await huge()).status]).toEqual([413, 429]);
  });

  it('do not count the answers that are good: a whole company comes from one address', async () => {
    const gateway = await limited({ answer: 2 });
    for (let person = 0; person < 4; person++) {
      const done = await gateway.browser().signIn(world.idp, LOGIN, eve());
      expect(done.status).toBe(303);
    }
    expect(await statuses(3, () => junk(gateway, '-'))).toEqual([400, 400, 429]);
  });

  it('count a client by X-Forwarded-For when a proxy that is named says it, and by nobody else (security.md 33)', async () => {
    const behind = await limited({ start: 1 }, PROXY);
    const get = (gateway: TestGateway, client: string) => gateway.browser().get(LOGIN, from(client));
    expect((await get(behind, '192.0.2.1')).status).toBe(302);
    expect((await get(behind, '192.0.2.2')).status).toBe(302);
    expect((await get(behind, '203.0.113.9, 192.0.2.1')).status).toBe(429); // what the client itself wrote is not read
    expect((await get(behind, '2001:db8:0:1::a')).status).toBe(302);
    expect((await get(behind, '2001:db8:0:1::b')).status).toBe(429);
    expect(behind.logLines.join('')).not.toContain('ROLECALL_TRUSTED_PROXIES');

    const bare = await limited({ start: 1 });
    expect((await get(bare, '192.0.2.1')).status).toBe(302);
    expect((await get(bare, '192.0.2.2')).status).toBe(429);
    expect(bare.logLines.filter((line) => line.includes('untrusted_proxy'))).toHaveLength(1);
  });

  describe('of a connection', () => {
    it('turn strangers away, and let pass what a login waits for', async () => {
      const gateway = await limited({ connection: 3 }, PROXY);
      const browser = gateway.browser();
      const before = await answer(browser);
      let host = 1;
      const stranger = (samlResponse?: string) => junk(gateway, `198.51.100.${host++}`, samlResponse);
      expect(await statuses(5, () => stranger())).toEqual([400, 400, 400, 429, 429]);
      expect(await turnedAway(gateway)).toEqual(['connection']);

      expect((await browser.postResponse(ACS, before.samlResponse)).status).toBe(303);
      const done = await browser.signIn(world.idp, LOGIN, eve());
      expect(done.status).toBe(303);

      // a copy of an answer that was taken, one that claims a request of ours that never was, and one that nobody asked for
      expect((await stranger(before.samlResponse)).status).toBe(429);
      const invented =
        before.samlResponse && forged(before, `_${Date.now().toString(16).padStart(12, '0')}${'0'.repeat(64)}`);
      expect((await stranger(invented)).status).toBe(429);
      expect((await junk(gateway, '198.51.100.99', 'AAAA', '/saml/beta/okta/acs')).status).toBe(400);
    });

    it('give a login that is waited for a few tries, not a way around', async () => {
      const gateway = await limited({ connection: 1 }, PROXY);
      const browser = gateway.browser();
      const { samlResponse } = await answer(browser);
      const broken = Buffer.from(
        Buffer.from(samlResponse, 'base64').toString().replaceAll('eve@acme.com', 'eva@acme.com'),
      ).toString('base64');
      let host = 1;
      const attack = () => junk(gateway, `198.51.100.${host++}`, broken);
      expect(await statuses(8, attack)).toEqual([400, 400, 400, 400, 400, 400, 429, 429]);
      const other = await gateway.browser().signIn(world.idp, LOGIN, eve());
      expect(other.status).toBe(303);
    });

    it('count no trouble of ours, nor what was accepted', async () => {
      const gateway = await limited({ connection: 2 }, PROXY);
      for (let person = 0; person < 4; person++) await gateway.browser().signIn(world.idp, LOGIN, eve());
      expect((await junk(gateway, '198.51.100.1')).status).toBe(400);
    });
  });

  it('are off when something in front limits', async () => {
    const gateway = await world.startGateway({ rateLimits: 'off' });
    expect(await statuses(40, () => gateway.browser().get(LOGIN))).toEqual(Array(40).fill(302));
  });

  const forged = ({ requestId, samlResponse }: { requestId: string; samlResponse: string }, other: string) =>
    Buffer.from(Buffer.from(samlResponse, 'base64').toString().replaceAll(requestId, other)).toString('base64');
});
