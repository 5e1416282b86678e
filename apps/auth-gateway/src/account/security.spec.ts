import { Secret, TOTP } from 'otpauth';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

const OTHER = 'seven quiet tangerines march';
const FACTORS = '/account/second-factor';

describe('passwords and second factors in /account', () => {
  let local: LocalWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    local = await LocalWorld.open({ acme: LOCAL });
    gateway = await local.world.startGateway();
  });
  afterAll(() => local?.close());

  const signedIn = async (email: string, code?: string): Promise<TestBrowser> => {
    const browser = gateway.browser();
    await local.signIn(browser, email);
    if (code !== undefined) await browser.submit('/login/acme/second-factor', { code });
    expect((await browser.get('/session')).status).toBe(200);
    return browser;
  };
  const isIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;
  const page = async (browser: TestBrowser, path: string) => (await browser.get(path)).text();
  const change = (browser: TestBrowser, current: string, wanted: string) =>
    browser.submit('/account/password', { current, wanted });
  /** Sets up an app as its owner does, by the pages. */
  const enrolled = async (browser: TestBrowser) => {
    const shown = await (await browser.submit(`${FACTORS}/enrol`, {})).text();
    const secret = /<code id="secret"[^>]*>([A-Z2-7 ]+)</.exec(shown)?.[1]?.replaceAll(' ', '') ?? '';
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const codeNow = (steps = 0) => totp.generate({ timestamp: local.world.now.getTime() + steps * 30_000 });
    const confirmed = await (await browser.submit(`${FACTORS}/confirm`, { code: codeNow() })).text();
    const codes = [...confirmed.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code ?? '');
    return { shown, secret, codeNow, codes };
  };

  it('change a password by the present one: other browsers are signed out, this one is not, and a mail says so (security.md 36)', async () => {
    const { email } = await local.person();
    const [here, there] = [await signedIn(email), await signedIn(email)];
    await local.mails('password-changed');
    expect(await page(here, '/account')).toContain('href="/account/password"');
    const done = await change(here, PASSWORD, OTHER);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/account?note=password']);
    expect(await page(here, '/account?note=password')).toContain('Your password is changed.');
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    const again = gateway.browser();
    expect((await local.signIn(again, email, OTHER)).status).toBe(303);
    expect(await local.mails('password-changed')).toMatchObject([{ to: email }]);
  });

  it.each([
    ['not the present password', 'wrong password here', OTHER, 'This is not your present password.'],
    ['too short', PASSWORD, 'z9 z9', 'This password is too short'],
    ['known', PASSWORD, 'password1234', 'This password is one of the first'],
  ])('keep the password when what was typed is %s', async (_what, current, wanted, sentence) => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    const refused = await change(browser, current, wanted);
    const html = await refused.text();
    expect(refused.status).toBe(400);
    expect(html).toContain(sentence);
    for (const typed of [current, wanted]) expect(html).not.toContain(typed);
    expect(await isIn(await signedIn(email))).toBe(true);
  });

  it('show key and recovery codes once, in pages that nobody keeps, and ask for the app from then on (security.md 13, 40)', async () => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    expect(await page(browser, FACTORS)).toContain('with your password alone');
    const { shown, secret, codes, codeNow } = await enrolled(browser);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(shown).toMatch(/<svg class="qr"[^>]* role="img" aria-label="[^"]+"/);
    expect(codes).toHaveLength(10);
    const state = await browser.get(FACTORS);
    const html = await state.text();
    expect(html).toContain('10 recovery codes are left');
    expect(html).not.toContain(secret);
    expect(html).not.toContain(codes[0]);
    expect(state.headers.get('cache-control')).toBe('no-store');
    expect(gateway.logLines.join('')).not.toContain(secret);
    local.world.pass(1);
    expect(await isIn(await signedIn(email, codeNow()))).toBe(true);
  });

  it('set nothing up by a wrong code, and say so without showing the key again', async () => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    const shown = await (await browser.submit(`${FACTORS}/enrol`, {})).text();
    const refused = await browser.submit(`${FACTORS}/confirm`, { code: '000000' });
    const html = await refused.text();
    expect(refused.status).toBe(400);
    expect(html).toContain('role="alert"');
    expect(html).toMatch(/<input id="code"[^>]* autofocus/);
    expect(html).not.toContain('id="secret"');
    expect(shown).toContain('id="secret"');
    expect(await page(browser, FACTORS)).toContain('with your password alone');
  });

  it('remove an app and make other recovery codes by a code alone, not by a session (security.md 42)', async () => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    const { codes, codeNow } = await enrolled(browser);
    for (const at of ['remove', 'codes']) {
      for (const code of ['', '000000']) {
        expect((await browser.submit(`${FACTORS}/${at}`, { code })).status).toBe(400);
      }
    }
    expect(await page(browser, FACTORS)).toContain('10 recovery codes are left');
    const remade = await (await browser.submit(`${FACTORS}/codes`, { code: codes[0] ?? '' })).text();
    expect(remade).toContain('shown only once');
    expect((await browser.submit(`${FACTORS}/remove`, { code: codes[1] ?? '' })).status).toBe(400);
    local.world.pass(1);
    expect((await browser.submit(`${FACTORS}/remove`, { code: codeNow() })).status).toBe(303);
    expect(await page(browser, FACTORS)).toContain('with your password alone');
  });

  it('change no second factor in a browser that was left open (security.md 40)', async () => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    const { codes } = await enrolled(browser);
    local.world.pass(11);
    expect(await page(browser, FACTORS)).toContain('sign in again');
    for (const [at, form] of [
      ['enrol', {}],
      ['codes', { code: codes[0] ?? '' }],
      ['remove', { code: codes[0] ?? '' }],
    ] as const) {
      const answer = await browser.submit(`${FACTORS}/${at}`, form);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, FACTORS]);
    }
    expect(await page(browser, FACTORS)).toContain('10 recovery codes are left');
  });

  it('are not blocked by whoever has the password and tries codes at the sign-in (security.md 31)', async () => {
    const { email } = await local.person();
    const browser = await signedIn(email);
    const { codes } = await enrolled(browser);
    const statuses: number[] = [];
    for (let begun = 0; begun < 6; begun++) {
      const thief = gateway.browser();
      await local.signIn(thief, email);
      for (let tried = 0; tried < 4; tried++) {
        statuses.push((await thief.submit('/login/acme/second-factor', { code: '000000' })).status);
      }
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await browser.submit(`${FACTORS}/codes`, { code: codes[0] ?? '' })).status).toBe(200);
    const tried: number[] = [];
    for (let more = 0; more < 20; more++) {
      tried.push((await browser.submit(`${FACTORS}/codes`, { code: '000000' })).status);
    }
    expect(tried.at(-1)).toBe(429);
  });

  it.each(['/account/password', `${FACTORS}/enrol`, `${FACTORS}/confirm`, `${FACTORS}/remove`, `${FACTORS}/codes`])(
    'are changed by forms of their own alone: %s (security.md 9)',
    async (path) => {
      const { email } = await local.person();
      const browser = await signedIn(email);
      const refused = await browser.submit(path, { code: '1' }, { 'sec-fetch-site': 'same-site' });
      expect(refused.status).toBe(403);
      const nobody = await gateway.browser().submit(path, { code: '1', current: PASSWORD, wanted: OTHER });
      expect([nobody.status, nobody.headers.get('location')]).toEqual([
        303,
        path === '/account/password' ? '/login' : FACTORS,
      ]);
    },
  );

  it('are nothing to users who have no password', async () => {
    const { userId } = await local.user();
    const email = (await local.world.sql('select email from users where user_id = $1', [userId]))[0]?.['email'];
    await local.setPassword({ userId, email: String(email) });
    const browser = await signedIn(String(email));
    await local.tx('acme', (tx) => tx.accounts.removePassword(userId));
    expect((await browser.get(FACTORS)).headers.get('location')).toMatch(/^\/(?:account|login)$/);
    expect((await browser.get('/account/password')).headers.get('location')).toMatch(/^\/(?:account|login)$/);
  });
});
