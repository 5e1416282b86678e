import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { TestDirectory } from '../testing/test-directory.ts';
import { ACME } from '../testing/test-world.ts';

const ENFORCED = {
  ...ACME,
  emailDomains: { 'enforced.example': { verification: 'asserted' } },
  login: {
    enforceSso: true,
    recoveryAdmins: ['it@enforced.example'],
    exemptions: {
      'exempt@enforced.example': { reason: 'no account there', expires: '2026-12-31' },
      'brief@enforced.example': { reason: 'no account there', expires: '2026-12-31' },
    },
  },
} as const;
const MANAGED = {
  ...ACME,
  emailDomains: { 'managed.example': { verification: 'asserted' } },
  scim: { tokens: { okta: {} } },
} as const;
const FAILED = 'The e-mail address or the password is wrong';

describe('a sign-in by password', () => {
  let local: LocalWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    local = await LocalWorld.open({ acme: LOCAL, enforced: ENFORCED, managed: MANAGED });
    gateway = await local.world.startGateway();
  });
  afterAll(() => local?.close());

  const flowOf = async (organization: string, traceId: string | null) =>
    local.world.db.database.inOrganization(local.world.idOf(organization), (tx) => tx.findFlow(traceId ?? ''));
  const lastEvent = async (organization = 'acme') => (await local.world.audit(organization)).at(-1);

  it('opens a session with a cookie that only this site gets (security.md 1, 2)', async () => {
    const { email, userId } = await local.person();
    const browser = gateway.browser();
    const page = await (await browser.get('/login/acme')).text();
    expect(page).toContain('action="/login/acme/password"');
    const entered = await local.signIn(browser, email);
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    const cookie = entered.headers.getSetCookie().find((it) => it.startsWith('__Host-rolecall_session='));
    for (const attribute of ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']) expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
    expect(await (await browser.get('/session')).json()).toMatchObject({
      user: { id: userId, email },
      organization: 'acme',
      identityProvider: '@password',
    });
    expect(browser.cookies.has('__Host-rolecall_last_login')).toBe(false);
  });

  it('lets nobody in whom the directory gives no access', async () => {
    const directory = new TestDirectory(local.world, 'managed');
    const people = { ann: 'engineering', bob: 'nothing that is mapped' };
    const entered = Object.entries(people).map(async ([name, role]) => {
      const email = `${name}@managed.example`;
      const userId = await directory.create({ userName: email, email, facts: { role_mapping: role }, roles: [] });
      await local.setPassword({ userId, email }, 'managed');
      const browser = gateway.browser();
      const answer = await local.signIn(browser, email, PASSWORD, 'managed');
      return [answer.status, (await browser.get('/session')).status];
    });
    expect(await Promise.all(entered)).toEqual([
      [303, 200],
      [400, 401],
    ]);
  });

  it('takes the address in any case, with blanks around it, and goes where an allowed application wants', async () => {
    const { email } = await local.person('acme', 'Case@Acme.com');
    const returnTo = 'https://app.example.com/deep';
    const go = async (to: string) => {
      const entered = await local.signIn(gateway.browser(), ` ${email.toUpperCase()} `, PASSWORD, 'acme', {
        returnTo: to,
      });
      return entered.headers.get('location');
    };
    expect([await go(returnTo), await go('https://evil.example/')]).toEqual([returnTo, '/']);
  });

  it('is recorded, audited and counted (security.md 49)', async () => {
    const { email, userId } = await local.person();
    await local.signIn(gateway.browser(), email);
    const [opened, succeeded] = (await local.world.audit('acme')).toReversed();
    expect(opened).toMatchObject({ type: 'session.opened', data: { identityProvider: '@password' } });
    expect(succeeded).toMatchObject({ type: 'login.succeeded', subject: userId, actor: { kind: 'user', id: userId } });
    expect(await flowOf('acme', succeeded?.traceId ?? '')).toMatchObject({
      kind: 'local-login',
      outcome: 'succeeded',
      steps: [{ check: 'password_right' }, { check: 'session_opened' }],
    });
    await local.signIn(gateway.browser(), email, 'not the password');
    const refused = await lastEvent();
    expect(refused).toMatchObject({
      type: 'login.refused',
      data: { identityProvider: '@password', code: 'sign_in_failed' },
    });
    expect((await flowOf('acme', refused?.traceId ?? ''))?.steps.at(-1)).toMatchObject({ got: 'another password' });
    const metrics = await (await gateway.browser().get('/metrics')).text();
    expect(metrics).toContain('rolecall_logins_total{outcome="refused",code="sign_in_failed"');
  });

  it('makes an invited user active, and ends the session that the browser had before (security.md 3)', async () => {
    const { email, userId } = await local.person();
    await local.world.sql(`update users set status = 'invited' where user_id = $1`, [userId]);
    const browser = gateway.browser();
    await local.signIn(browser, email);
    expect(await local.world.sql('select status from users where user_id = $1', [userId])).toEqual([
      { status: 'active' },
    ]);
    const former = browser.cookies.get('__Host-rolecall_session');
    await local.signIn(browser, email);
    expect(browser.cookies.get('__Host-rolecall_session')).not.toBe(former);
    const replayed = await gateway.browser().get('/session', { cookie: `__Host-rolecall_session=${former}` });
    expect(replayed.status).toBe(401);
  });

  it('ends idle, at its lifetime, and by a logout (security.md 4, 5)', async () => {
    const { email } = await local.person();
    const [idle, out] = [gateway.browser(), gateway.browser()];
    for (const browser of [idle, out]) await local.signIn(browser, email);
    const cookie = `__Host-rolecall_session=${out.cookies.get('__Host-rolecall_session')}`;
    await out.submit('/logout', {});
    expect((await gateway.browser().get('/session', { cookie })).status).toBe(401);
    expect((await idle.get('/session')).status).toBe(200);
    local.world.pass(61);
    expect((await idle.get('/session')).status).toBe(401);
  });

  describe('says the same of everything that may be wrong (security.md 32)', () => {
    let cases: readonly (readonly [string, string, string])[];

    beforeAll(async () => {
      const [known, disabled, none] = [await local.person(), await local.person(), await local.user()];
      await local.world.sql(`update users set status = 'disabled' where user_id = $1`, [disabled.userId]);
      const enforced = await local.person('enforced', 'must@enforced.example');
      cases = [
        ['acme', known.email, 'another password than hers'],
        ['acme', 'nobody@acme.com', PASSWORD],
        ['acme', disabled.email, PASSWORD],
        ['acme', none.email, PASSWORD],
        ['enforced', enforced.email, PASSWORD],
        ['enforced', 'nobody@enforced.example', PASSWORD],
      ];
    });

    it('in status, body and headers', async () => {
      const seen = new Set<string>();
      for (const [organization, address, password] of cases) {
        const answer = await local.signIn(gateway.browser(), address, password, organization);
        const html = await answer.text();
        expect(html).toContain(FAILED);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        const names = [...answer.headers.keys()].filter((name) => name !== 'content-length').join();
        const same = html.replaceAll(address, 'ADDRESS').replaceAll(/login\/\w+/g, 'login/ORG');
        seen.add(`${answer.status} ${names} ${organization === 'acme' ? same : 'enforced'}`);
        expect(answer.headers.getSetCookie().join()).not.toContain('rolecall_session');
      }
      expect(seen.size).toBe(2);
      expect(
        (
          await local.world.sql(
            `select from sessions s join users u using (user_id) where u.email = 'must@enforced.example'`,
          )
        ).length,
      ).toBe(0);
    });

    it('with the same work: one comparison of argon2id, whoever it is', async () => {
      const hashes = gateway.passwordHashes;
      for (const [organization, address, password] of cases) {
        const before = hashes.worked;
        await local.signIn(gateway.browser(), address, password, organization);
        expect([address, hashes.worked - before]).toEqual([address, 1]);
      }
    });
  });

  it('is refused where SSO is enforced, save for who is exempt while the exemption holds (security.md 38)', async () => {
    await local.person('enforced', 'exempt@enforced.example');
    expect((await local.signIn(gateway.browser(), 'exempt@enforced.example', PASSWORD, 'enforced')).status).toBe(303);
    const later = new Date('2027-01-01T00:00:01Z').getTime() - local.world.now.getTime();
    local.world.pass(later / 60_000);
    const page = async () => (await gateway.browser().get('/login/enforced')).text();
    expect(await page()).not.toContain('type="password"');
    const refused = await local.signIn(gateway.browser(), 'exempt@enforced.example', PASSWORD, 'enforced');
    expect(await refused.text()).toContain(FAILED);
    const { traceId } = (await lastEvent('enforced'))!;
    expect((await flowOf('enforced', traceId ?? ''))?.steps.at(-1)?.got).toContain('sso_enforced');
    local.world.pass(-later / 60_000);
  });

  it('by an exemption opens a session that ends with the exemption at the latest (security.md 38)', async () => {
    const { email } = await local.person('enforced', 'brief@enforced.example');
    const before = new Date('2026-12-31T23:30:00Z').getTime() - local.world.now.getTime();
    local.world.pass(before / 60_000);
    const browser = gateway.browser();
    const entered = await local.signIn(browser, email, PASSWORD, 'enforced');
    expect(entered.headers.getSetCookie().join()).toContain('Expires=Fri, 01 Jan 2027 00:00:00 GMT');
    local.world.pass(29);
    expect((await browser.get('/session')).status).toBe(200);
    local.world.pass(1);
    expect((await browser.get('/session')).status).toBe(401);
    local.world.pass(-30 - before / 60_000);
  });

  it.each([
    [
      'lists',
      [
        ['address', 'ADDRESS'],
        ['address', 'x'],
        ['password', PASSWORD],
      ],
    ],
    ['no password', [['address', 'ADDRESS']]],
  ])('takes one text of each field: not %s', async (_, fields) => {
    const { email } = await local.person();
    const body = new URLSearchParams(
      fields.map(([name = '', value = '']): [string, string] => [name, value.replace('ADDRESS', email)]),
    );
    const headers = { 'sec-fetch-site': 'same-origin' };
    const answer = await fetch(`${gateway.address}/login/acme/password`, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(FAILED);
  });

  it('reads nothing of the query, and no form of another site (security.md 9)', async () => {
    const { email } = await local.person();
    const query = new URLSearchParams({ address: email, password: PASSWORD });
    const fromQuery = await gateway.browser().submit(`/login/acme/password?${query}`, {});
    expect(fromQuery.status).toBe(400);
    const cross = await gateway
      .browser()
      .submit('/login/acme/password', { address: email, password: PASSWORD }, { 'sec-fetch-site': 'cross-site' });
    expect(cross.status).toBe(403);
    expect((await gateway.browser().get(`/login/acme/password?${query}`)).status).toBe(404);
  });

  it('writes no line of the log for a visitor (security.md 50)', async () => {
    const planted = 'x@acme.com\r\n{"level":"error","msg":"planted"}\u001b[31m\u202e';
    await local.signIn(gateway.browser(), planted, planted);
    await gateway.browser().get('/login/acme', { 'user-agent': 'planted', referer: 'https://planted.example/' });
    const log = gateway.logLines.join('');
    expect(log).not.toContain('planted');
    for (const line of gateway.logLines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('leaves nothing of the password, nor of the address, in the log (security.md 51)', () => {
    const log = gateway.logLines.join('');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), '@acme.com', '@enforced', '$argon2id'])
      expect(log).not.toContain(secret);
  });
});
