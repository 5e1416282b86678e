import { DEFAULT_RATE_LIMITS } from '../limits/settings.ts';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

describe('tries of passwords', () => {
  let local: LocalWorld;
  let gateways: readonly TestGateway[];

  beforeAll(async () => {
    local = await LocalWorld.open({
      acme: LOCAL,
      strict: { ...LOCAL, emailDomains: {}, login: { secondFactor: 'required' } },
    });
    const options = { rateLimits: { ...DEFAULT_RATE_LIMITS }, trustedProxies: ['127.0.0.1'] };
    gateways = [await local.world.startGateway(options), await local.world.startGateway(options)];
  });
  afterAll(() => local?.close());

  const from = (browser: TestBrowser, client: string, address: string, password: string) =>
    browser.submit('/login/acme/password', { address, password }, { 'x-forwarded-for': client });

  it('are counted by all gateways together, for addresses that nobody has as well (security.md 30, 32)', async () => {
    const { email } = await local.person();
    const seen: string[] = [];
    const waits: number[] = [];
    for (const [address, client] of [
      [email, '198.51.100.1'],
      ['nobody@acme.com', '203.0.113.1'],
    ] as const) {
      const statuses: number[] = [];
      for (let tried = 0; tried < 8; tried++) {
        const answer = await from(gateways[tried % 2]!.browser(), client, address, 'wrong');
        statuses.push(answer.status);
        waits.push(Number(answer.headers.get('retry-after') ?? 1));
      }
      seen.push(statuses.join());
    }
    expect(seen[0]).toContain('429');
    expect(seen[1]).toBe(seen[0]);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });

  it('of others lock nobody out at a browser that is known (security.md 31)', async () => {
    const { email } = await local.person();
    const home = gateways[0]!.browser();
    expect((await from(home, '192.0.2.7', email, PASSWORD)).status).toBe(303);
    for (let tried = 0; tried < 60; tried++) await from(gateways[1]!.browser(), `198.51.${tried}.9`, email, 'wrong');
    expect((await from(gateways[0]!.browser(), '192.0.2.7', email, PASSWORD)).status).toBe(429);
    expect((await from(home, '192.0.2.7', email, PASSWORD)).status).toBe(303);
  });

  it('fill nobody’s mailbox with codes: ten an hour, and those of a known device by themselves (security.md 31)', async () => {
    const { email } = await local.person('strict');
    const signIn = (browser: TestBrowser, client: string) =>
      browser.submit('/login/strict/password', { address: email, password: PASSWORD }, { 'x-forwarded-for': client });
    const page = '/login/strict/second-factor';
    const home = gateways[0]!.browser();
    await signIn(home, '192.0.2.9');
    const [first] = await local.mails('email-code');
    expect((await home.submit(page, { code: first!.data.code })).status).toBe(303);
    for (let begun = 0; begun < 11; begun++) {
      const thief = gateways[begun % 2]!.browser();
      const pending = await signIn(thief, `203.0.${begun}.10`);
      expect(pending.headers.get('location')).toBe(page);
      expect((await thief.submit(page, { again: '1' })).status).toBe(303);
    }
    expect(await local.mails('email-code')).toHaveLength(9);
    await signIn(home, '192.0.2.9');
    const [own] = await local.mails('email-code');
    expect((await home.submit(page, { code: own!.data.code })).status).toBe(303);
  });

  it('with codes are counted for a user over all sign-ins, and lock nobody out either (security.md 31, 39)', async () => {
    const { email, userId } = await local.person();
    const home = gateways[0]!.browser();
    await from(home, '192.0.2.8', email, PASSWORD);
    const app = await local.enrol(userId);
    const statuses: number[] = [];
    for (let begun = 0; begun < 6; begun++) {
      const thief = gateways[begun % 2]!.browser();
      await from(thief, `203.0.${begun}.9`, email, PASSWORD);
      for (let tried = 0; tried < 4; tried++) {
        statuses.push((await thief.submit('/login/acme/second-factor', { code: '000000' })).status);
      }
    }
    expect(statuses).toEqual([...Array<number>(20).fill(400), 429, 429, 429, 429]);
    await from(home, '192.0.2.8', email, PASSWORD);
    expect((await home.submit('/login/acme/second-factor', { code: app() })).status).toBe(303);
  });
});
