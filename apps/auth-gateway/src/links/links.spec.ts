import type { LinkPurpose } from '@rolecall/persistence';
import { HeldLock } from '../testing/held-lock.ts';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

const OTHER = 'seven quiet tangerines march';
const FORGOT = '/login/acme/forgot';
const UNKNOWN = 'This link was used before, is too old';

describe('a link of a mail', () => {
  let local: LocalWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    local = await LocalWorld.open({
      acme: LOCAL,
      enforced: { ...LOCAL, emailDomains: {}, login: { enforceSso: true, recoveryAdmins: ['it@acme.com'] } },
    });
    gateway = await local.world.startGateway({ trustedProxies: ['127.0.0.1'] });
  });
  afterAll(() => local?.close());

  const lastEvents = async (count: number, organization = 'acme') =>
    (await local.world.audit(organization)).slice(-count).map(({ type, data }) => [type, data]);

  async function create(who: { userId: string; email: string }, purpose: LinkPurpose, organization = 'acme') {
    const wanted = { purpose, userId: who.userId, addressKey: who.email, createdBy: 'test', now: local.world.now };
    return (await local.tx(organization, (tx) => tx.links.create(wanted))).token;
  }

  let clients = 0;
  /** Everybody has a network of their own: one is not let ask for many. */
  const ask = (address: string, path = FORGOT) =>
    gateway.browser().submit(path, { address }, { 'x-forwarded-for': `192.0.2.${++clients}` });

  /** Asks for a link as a person does: its token. */
  async function forgot(email: string): Promise<string> {
    const answer = await ask(email);
    expect(answer.status).toBe(200);
    await gateway.settled();
    const [mail] = await local.mails('password-reset');
    return mail?.data.link.split('#')[1] ?? '';
  }

  const look = (token: string) => gateway.browser().submit('/link/opened', { token });
  const set = (token: string, password: string, browser = gateway.browser()) =>
    browser.submit('/link/password', { token, password });
  const canSignIn = async (email: string, password: string, organization = 'acme') =>
    (await local.signIn(gateway.browser(), email, password, organization)).status === 303;

  it('sets a password that was forgotten (security.md 35, 36)', async () => {
    const { email, userId } = await local.person();
    const [phone, other] = [gateway.browser(), gateway.browser()];
    for (const browser of [phone, other]) await local.signIn(browser, email);
    const app = await local.enrol(userId);
    const token = await forgot(email);
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(await lastEvents(1)).toEqual([['password.reset_requested', {}]]);
    const page = await (await look(token)).text();
    expect(page).toContain('Set a new password');
    expect(page).toContain(email);
    const done = await set(token, OTHER);
    expect(done.headers.get('location')).toBe('/login/acme?note=password_set');
    expect(await (await gateway.browser().get('/login/acme?note=password_set')).text()).toContain(
      'Your password is set',
    );
    expect([(await phone.get('/session')).status, (await other.get('/session')).status]).toEqual([401, 401]);
    expect(await lastEvents(1)).toEqual([['password.set', { how: 'reset', sessions: 2 }]]);
    expect(await local.mails('password-changed')).toMatchObject([{ to: email }]);
    expect(await canSignIn(email, PASSWORD)).toBe(false);
    const browser = gateway.browser();
    const pending = await local.signIn(browser, email, OTHER);
    expect(pending.headers.get('location')).toBe('/login/acme/second-factor');
    expect((await browser.submit('/login/acme/second-factor', { code: app() })).status).toBe(303);
  });

  it('waits for an apply under way before it takes anything that the apply will want', async () => {
    const person = await local.person();
    const token = await create(person, 'password-reset');
    const { ownerUrl } = local.world.db;
    const apply = await HeldLock.by(`select from organizations where name = 'acme' for update`, ownerUrl);
    const setting = set(token, OTHER);
    expect(await Promise.race([apply.blocked(), setting])).toEqual(expect.any(Number));
    const own = `where user_id = '${person.userId}' for update nowait`;
    const wanted = `select from users ${own}; select from one_time_links ${own}`;
    await (await HeldLock.by(wanted, ownerUrl)).release();
    await apply.release();
    expect((await setting).status).toBe(303);
    expect(await canSignIn(person.email, OTHER)).toBe(true);
  });

  it('opens no session, and is used once (security.md 35)', async () => {
    const { email } = await local.person();
    const token = await forgot(email);
    const browser = gateway.browser();
    const both = await Promise.all([set(token, OTHER, browser), set(token, `${OTHER}!`)]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
    expect((await browser.get('/session')).status).toBe(401);
    expect(await (await set(token, OTHER)).text()).toContain(UNKNOWN);
    const used = await (await look(token)).text();
    expect(used).toContain(UNKNOWN);
    expect(used).toContain('<h1>This link does not work any more</h1>');
    expect(used).toContain('href="/recovery-access"');
  });

  it('makes the browser a known one, which nobody else can lock out (security.md 31)', async () => {
    const { email, userId } = await local.person();
    await local.signIn(gateway.browser(), email);
    const browser = gateway.browser();
    await set(await forgot(email), OTHER, browser);
    expect(await local.world.sql('select from known_devices where user_id = $1', [userId])).toHaveLength(1);
    await local.mails('new-device');
    await local.signIn(browser, email, OTHER);
    expect(await local.mails('new-device')).toEqual([]);
  });

  it('is not consumed by whoever opens it, as link scanners do (security.md 35)', async () => {
    const { email } = await local.person();
    const token = await forgot(email);
    for (const method of ['GET', 'HEAD']) {
      const opened = await fetch(`${gateway.address}/link`, { method });
      expect(opened.status).toBe(200);
    }
    expect((await gateway.browser().get('/link/password')).status).toBe(404);
    for (let looked = 0; looked < 3; looked++) expect((await look(token)).status).toBe(200);
    expect((await set(token, OTHER)).status).toBe(303);
  });

  it('is shown at another path than that of links: to follow one from there loads it', async () => {
    const form = /<form[^>]* action="([^"]+)"/.exec(await (await gateway.browser().get('/link')).text());
    expect(form?.[1]).toBe('/link/opened');
    const again = await gateway.browser().get('/link/opened');
    expect([again.status, again.headers.get('location')]).toEqual([303, '/link']);
  });

  it('has its token in the fragment, and in no address that a server sees (security.md 14, 43)', async () => {
    const { email } = await local.person();
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'sec-fetch-site': 'same-origin' };
    const body = new URLSearchParams({ address: email });
    await fetch(gateway.address + FORGOT, { method: 'POST', body, headers });
    await gateway.settled();
    const [mail] = await local.mails('password-reset');
    expect(mail?.data.link).toMatch(/^https:\/\/sso\.example\.com\/link#[\w-]{64}$/);
    const page = await gateway.browser().get('/link');
    const html = await page.text();
    expect(html).toContain('location.hash.length');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'; form-action 'self'$/);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('can be pasted, whole or its code alone, where there is no JavaScript', async () => {
    const { email } = await local.person();
    const token = await forgot(email);
    for (const pasted of [` ${token} `, `https://sso.example.com/link#${token}`]) {
      expect(await (await look(pasted)).text()).toContain('Set a new password');
    }
    for (const junk of ['', 'x', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, 'a'.repeat(2_000)]) {
      expect(await (await look(junk)).text()).toContain(UNKNOWN);
    }
  });

  it('is replaced by the next, and over after half an hour', async () => {
    const { email } = await local.person();
    const [first, second] = [await forgot(email), await forgot(email)];
    expect(await (await look(first)).text()).toContain(UNKNOWN);
    local.world.pass(30);
    expect(await (await set(second, OTHER)).text()).toContain(UNKNOWN);
    expect(await canSignIn(email, PASSWORD)).toBe(true);
  });

  it.each([
    ['too short', 'short', 'too short'],
    ['too long', 'x'.repeat(257), 'too long'],
    ['known from breaches', 'Password1234!', 'one of the first that others try'],
    ['the name of the organization', 'Acme Corp 2026', 'one of the first that others try'],
  ])('stays when the password will not do: %s (security.md 34)', async (_, password, said) => {
    const { email } = await local.person();
    const token = await forgot(email);
    const refused = await set(token, password);
    expect(refused.status).toBe(400);
    const html = await refused.text();
    expect(html).toContain(said);
    expect(html).toContain(`value="${token}"`);
    expect((await set(token, OTHER)).status).toBe(303);
  });

  it('takes passwords in any characters, up to 256, as they are (security.md 34)', async () => {
    const { email } = await local.person();
    const long = `${'ä'.repeat(250)} 🦦 ok`;
    await set(await forgot(email), long);
    expect(await canSignIn(email, long.slice(0, -1))).toBe(false);
    expect(await canSignIn(email, long.normalize('NFD'))).toBe(true);
  });

  it('to reset a password is asked for with one answer, whoever it is (security.md 32)', async () => {
    const [known, disabled] = [await local.person(), await local.person()];
    await local.world.sql(`update users set status = 'disabled' where user_id = $1`, [disabled.userId]);
    const must = await local.person('enforced', 'must@acme.com');
    const answers = new Set<string>();
    for (const address of [known.email, disabled.email, 'nobody@acme.com', 'no address', '']) {
      const answer = await ask(address);
      answers.add(`${answer.status} ${[...answer.headers.keys()].join()} ${await answer.text()}`);
    }
    await ask(must.email, '/login/enforced/forgot');
    await gateway.settled();
    expect(answers.size).toBe(1);
    expect((await local.mails('password-reset')).map(({ to }) => to)).toEqual([known.email]);
  });

  it('is the first way in of a user whom the directory created', async () => {
    const { email, userId } = await local.user();
    await local.world.sql(`update users set status = 'invited' where user_id = $1`, [userId]);
    expect((await set(await forgot(email), OTHER)).status).toBe(303);
    expect(await canSignIn(email, OTHER)).toBe(true);
  });

  it('accepts an invitation by a password', async () => {
    const who = await local.user();
    await local.world.sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    const token = await create(who, 'invitation');
    local.world.pass(6 * 24 * 60);
    expect(await (await look(token)).text()).toContain('Welcome to Acme Corp');
    expect((await set(token, OTHER)).status).toBe(303);
    expect(await lastEvents(2)).toEqual([
      ['user.invitation_accepted', {}],
      ['password.set', { how: 'invitation', sessions: 0 }],
    ]);
    expect(await local.mails('password-changed')).toEqual([]);
    expect(await canSignIn(who.email, OTHER)).toBe(true);
    expect(await local.world.sql('select status from users where user_id = $1', [who.userId])).toEqual([
      { status: 'active' },
    ]);
  });

  it('accepts an invitation at the company’s sign-in where SSO is enforced, and by no password (security.md 38)', async () => {
    const who = await local.user('enforced', 'new@acme.com');
    await local.world.sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    const [invitation, reset] = [
      await create(who, 'invitation', 'enforced'),
      await create(who, 'password-reset', 'enforced'),
    ];
    const page = await (await look(invitation)).text();
    expect(page).toContain('href="/login/enforced"');
    expect(page).not.toContain('type="password"');
    expect(await (await look(reset)).text()).toContain(UNKNOWN);
    for (const token of [invitation, reset]) expect(await (await set(token, OTHER)).text()).toContain(UNKNOWN);
    expect(await local.world.sql('select from local_accounts where user_id = $1', [who.userId])).toEqual([]);
  });

  it('of recovery access leads to its own form, and sets no password', async () => {
    for (const purpose of ['recovery', 'recovery-confirm'] as const) {
      const wanted = { purpose, userId: undefined, addressKey: 'it@acme.com', createdBy: 'x', now: local.world.now };
      const { token } = await local.tx('enforced', (tx) => tx.links.create(wanted));
      expect(await (await look(token)).text()).toContain('action="/recovery-access/');
      expect(await (await set(token, OTHER)).text()).toContain(UNKNOWN);
      expect((await look(token)).status).toBe(200);
    }
  });

  it('is used by no form of another site (security.md 9)', async () => {
    const { email } = await local.person();
    const token = await forgot(email);
    const cross = { 'sec-fetch-site': 'cross-site' };
    for (const path of ['/link/opened', '/link/password', FORGOT]) {
      const refused = await gateway.browser().submit(path, { token, password: OTHER, address: email }, cross);
      expect(refused.status).toBe(403);
    }
  });

  it('leaves no token in the log (security.md 51)', () => {
    expect(gateway.logLines.join('')).not.toMatch(/[\w-]{64}|tangerines/);
  });
});
