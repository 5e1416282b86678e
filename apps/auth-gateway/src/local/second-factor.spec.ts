import { newRecoveryCodes, recoveryCodeHash } from '../second-factors/codes.ts';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

describe('a second factor at a sign-in by password', () => {
  let local: LocalWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    local = await LocalWorld.open({
      acme: LOCAL,
      strict: { ...LOCAL, emailDomains: {}, login: { secondFactor: 'required' } },
    });
    gateway = await local.world.startGateway();
  });
  afterAll(() => local?.close());

  const page = (organization = 'acme') => `/login/${organization}/second-factor`;
  const isIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;
  const typed = new Set<string>();
  const code = (browser: TestBrowser, value: string, organization = 'acme') => {
    typed.add(value);
    return browser.submit(page(organization), { code: value });
  };

  /** Somebody whose password was right. */
  async function pending(organization = 'acme') {
    const { userId, email } = await local.person(organization);
    const app = organization === 'acme' ? await local.enrol(userId) : undefined;
    const browser = gateway.browser();
    const sent = await local.signIn(browser, email, undefined, organization);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, page(organization)]);
    expect(await isIn(browser)).toBe(false);
    return { userId, email, browser, code: app ?? (() => '') };
  }

  it('of an authenticator app lets in with the code of now', async () => {
    const { browser, code: current } = await pending();
    const html = await (await browser.get(page())).text();
    expect(html).toContain('authenticator app');
    expect(html).not.toContain('Send another code');
    const entered = await code(browser, ` ${current().slice(0, 3)} ${current().slice(3)}`);
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    expect(await isIn(browser)).toBe(true);
    expect((await browser.get(page())).status).toBe(400);
  });

  it('takes the code of one step before and after, none further, and each once (security.md 39)', async () => {
    const { email, browser, code: at } = await pending();
    for (const far of [-2, 2]) expect((await code(browser, at(far))).status).toBe(400);
    expect((await code(browser, at(-1))).status).toBe(303);
    const again = gateway.browser();
    await local.signIn(again, email);
    expect((await code(again, at(-1))).status).toBe(400);
    expect((await code(again, at(1))).status).toBe(303);
    const third = gateway.browser();
    await local.signIn(third, email);
    expect((await code(third, at(0))).status).toBe(400); // older than the one that was accepted
  });

  it('takes one of two same codes at the same moment', async () => {
    const { email, browser, code: at } = await pending();
    const other = gateway.browser();
    await local.signIn(other, email);
    const answers = await Promise.all([code(browser, at()), code(other, at())]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
  });

  it('ends the sign-in after five wrong codes, with a record (security.md 39, 49)', async () => {
    const { browser, userId, code: at } = await pending();
    for (const left of [4, 3, 2]) {
      const answer = await code(browser, '000000');
      expect(await answer.text()).toContain(`You can try ${left} more times.`);
    }
    expect(await (await code(browser, 'nonsense')).text()).toContain('You can try once more.');
    const over = await code(browser, '000000');
    expect(over.headers.get('location')).toBe('/login/acme?error=second_factor_failed');
    expect(await (await browser.get(over.headers.get('location') ?? '')).text()).toContain('This code is wrong');
    expect((await code(browser, at())).status).toBe(400);
    expect(await isIn(browser)).toBe(false);
    const [refused, failed] = (await local.world.audit('acme')).toReversed();
    expect(refused).toMatchObject({ type: 'login.refused', data: { code: 'second_factor_failed' } });
    expect(failed).toMatchObject({ type: 'second_factor.failed', subject: userId, data: { factor: 'totp', tries: 5 } });
  });

  it('is bound to the browser that knew the password, to its organization, and to ten minutes', async () => {
    const { browser, code: at } = await pending();
    const stolen = gateway.browser();
    stolen.cookies.set('__Host-rolecall_sign_in', browser.cookies.get('__Host-rolecall_sign_in') ?? '');
    expect((await code(stolen, at())).status).toBe(400);
    expect((await code(browser, at(), 'strict')).status).toBe(400);
    local.world.pass(10);
    expect((await code(browser, at())).status).toBe(400);
    expect(await isIn(browser)).toBe(false);
  });

  it('is over when the password was changed meanwhile', async () => {
    const { browser, userId, email, code: at } = await pending();
    local.world.pass(1);
    await local.setPassword({ userId, email });
    expect((await code(browser, at())).status).toBe(400);
  });

  it('may be a recovery code, once, which is told by mail (security.md 41)', async () => {
    const { browser, userId, email } = await pending();
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const it of codes) expect(it).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    await local.tx('acme', (tx) => tx.accounts.replaceRecoveryCodes(userId, codes.map(recoveryCodeHash)));
    const other = gateway.browser();
    await local.signIn(other, email);
    const answers = await Promise.all([browser, other].map((it) => code(it, codes[0]!.toLowerCase())));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
    expect(await local.mails('second-factor-changed')).toMatchObject([{ to: email, data: { what: 'code_used' } }]);
  });

  it('is a code by mail where the organization requires one and the user has none', async () => {
    const { browser, email } = await pending('strict');
    expect(await (await browser.get(page('strict'))).text()).toContain('sent you an e-mail');
    const [mail] = await local.mails('email-code');
    expect(mail).toMatchObject({ to: email, data: { code: expect.stringMatching(/^\d{8}$/) } });
    const stored = JSON.stringify(await local.world.sql('select email_code_hash from pending_sign_ins'));
    expect(stored).not.toContain(mail!.data.code);
    expect((await code(browser, '00000000', 'strict')).status).toBe(400);
    expect((await code(browser, mail!.data.code, 'strict')).status).toBe(303);
    expect(await isIn(browser)).toBe(true);
  });

  it('can be mailed again, which ends the former code and counts as a try', async () => {
    const { browser } = await pending('strict');
    const [first] = await local.mails('email-code');
    expect((await browser.submit(page('strict'), { again: '1' })).status).toBe(303);
    const [second] = await local.mails('email-code');
    const wrong = await code(browser, first!.data.code, 'strict');
    expect(await wrong.text()).toContain('You can try 3 more times.');
    expect((await code(browser, second!.data.code, 'strict')).status).toBe(303);
    const other = await pending('strict');
    for (let sent = 0; sent < 5; sent++) await other.browser.submit(page('strict'), { again: '1' });
    expect((await other.browser.submit(page('strict'), { again: '1' })).status).toBe(400);
    expect(await local.mails('email-code')).toHaveLength(6);
  });

  it('is of the app once there is one: a code that was mailed before is worth nothing', async () => {
    const { browser, userId } = await pending('strict');
    const [mail] = await local.mails('email-code');
    const app = await local.enrol(userId, 'strict');
    expect((await code(browser, mail!.data.code, 'strict')).status).toBe(400);
    expect((await code(browser, app(), 'strict')).status).toBe(303);
  });

  it('of the app is asked for there too, and no mail is sent', async () => {
    const { userId, email } = await local.person('strict');
    const app = await local.enrol(userId, 'strict');
    await local.mails('email-code');
    const browser = gateway.browser();
    await local.signIn(browser, email, undefined, 'strict');
    await browser.submit(page('strict'), { again: '1' });
    expect(await local.mails('email-code')).toEqual([]);
    expect((await code(browser, app(), 'strict')).status).toBe(303);
  });

  it('leaves none of its codes in the log (security.md 51)', () => {
    const log = gateway.logLines.join('');
    expect(typed.size).toBeGreaterThan(10);
    for (const it of typed) expect(log.includes(`"${it}"`)).toBe(false);
  });

  it('tells the user of a sign-in by a browser that was not there before, and of no other', async () => {
    const { email } = await local.person();
    const [first, second] = [gateway.browser(), gateway.browser()];
    await local.signIn(first, email);
    await local.signIn(first, email);
    expect(await local.mails('new-device')).toEqual([]);
    await second.submit('/login/acme/password', { address: email, password: 'wrong' });
    const headers = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) <b>Firefox/130.0' };
    await second.submit('/login/acme/password', { address: email, password: PASSWORD }, headers);
    expect(await local.mails('new-device')).toMatchObject([{ to: email, data: { browser: 'Firefox on Windows' } }]);
    await local.signIn(second, email);
    expect(await local.mails('new-device')).toEqual([]);
  });
});
