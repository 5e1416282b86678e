import { addressKeyOf, type OrganizationTransaction } from '@rolecall/persistence';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

const OTHER = 'seven quiet tangerines march';
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const okta = { type: 'saml', metadata: { xml: '' } } as const;

describe('somebody who came by an invitation, when the person signs in by SSO for the first time', () => {
  let local: LocalWorld;
  let gateway: TestGateway;
  let made = 0;

  beforeAll(async () => {
    local = await LocalWorld.open({ acme: { ...LOCAL, identityProviders: { okta } } });
    gateway = await local.world.startGateway();
  });
  afterAll(() => local?.close());

  /** Invited by a link that was mailed, or printed for whoever asked for it. */
  async function invited(printed: boolean) {
    const email = `invited${++made}@acme.com`;
    const { now } = local.world;
    return local.tx('acme', async (tx) => {
      const edit = { source: { kind: 'app', by: 'api_token:t', at: now.toISOString() }, revision: 1, now } as const;
      const [userId] = await tx.users.invite([{ email, displayName: undefined, grants: [], groups: [] }], edit);
      if (userId === undefined) throw new Error('not invited');
      const addressKey = addressKeyOf(email);
      const link = { purpose: 'invitation', userId, addressKey, printed, createdBy: 'api_token:t', now } as const;
      return { userId, email, token: (await tx.links.create(link)).token };
    });
  }

  /** Accepts the invitation, and signs in by the password. */
  async function accepted(printed: boolean) {
    const person = await invited(printed);
    const browser = gateway.browser();
    expect((await browser.submit('/link/password', { token: person.token, password: PASSWORD })).status).toBe(303);
    expect((await local.signIn(browser, person.email)).status).toBe(303);
    expect(await isIn(browser)).toBe(true);
    return { ...person, browser };
  }

  const isIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;
  const canSignIn = async (email: string) => (await local.signIn(gateway.browser(), email)).status === 303;
  const sso = async (email: string) => {
    const browser = gateway.browser();
    const person = { ...local.world.person(`sso-${email}`, { email }), nameIdFormat: PERSISTENT };
    expect((await browser.signIn(local.world.idp, '/saml/acme/okta/login', person)).status).toBe(303);
    return browser;
  };
  /** Links a consumer account, in the name of who is signed in. */
  const linkedOwn = async (tx: OrganizationTransaction, userId: string, now: Date) => {
    const [row] = await local.world.sql('select token_hash from sessions where user_id = $1', [userId]);
    const subject = { identityProvider: 'google', nameId: { value: `attacker-${userId}`, format: 'sub' } };
    const link = { userId, session: row?.['token_hash'] as Buffer, subject, facts: {}, now };
    expect(await tx.linkOwn(link)).toBe('linked');
  };
  const kept = async (userId: string) => {
    const [row] = await local.world.sql(
      `select array(select identity_provider from identities where user_id = $1 order by 1) as identities,
         (select count(*)::int from local_accounts where user_id = $1) as accounts,
         (select count(*)::int from recovery_codes where user_id = $1) as codes,
         (select count(*)::int from known_devices where user_id = $1) as devices,
         (select count(*)::int from one_time_links where user_id = $1) as links,
         (select count(*)::int from sessions where user_id = $1) as sessions`,
      [userId],
    );
    return row;
  };

  it('is out of it by whatever way, if the link was printed: it proved no mailbox', async () => {
    const { email, userId, browser: attacker } = await accepted(true);
    await local.enrol(userId);
    await local.tx('acme', async (tx) => {
      await tx.accounts.replaceRecoveryCodes(userId, [Buffer.from('code')]);
      const { now } = local.world;
      await tx.links.create({ purpose: 'password-reset', userId, addressKey: email, createdBy: 'user', now });
      await linkedOwn(tx, userId, now);
    });
    const person = await sso(email);
    expect([await isIn(attacker), await isIn(person), await canSignIn(email)]).toEqual([false, true, false]);
    expect(await kept(userId)).toEqual({
      identities: ['okta'],
      accounts: 0,
      codes: 0,
      devices: 0,
      links: 0,
      sessions: 1,
    });
    const events = (await local.world.audit('acme')).filter(({ subject }) => subject === userId);
    expect(events.filter(({ type }) => type === 'password.removed')).toMatchObject([
      { data: { identityProvider: 'okta' }, actor: { kind: 'user', id: userId } },
    ]);
  });

  it('is out of it too after changing the password, or linking an account that removed it', async () => {
    const changed = await accepted(true);
    const done = await changed.browser.submit('/account/password', { current: PASSWORD, wanted: OTHER });
    expect(done.headers.get('location')).toBe('/account?note=password');
    const linked = await accepted(true);
    await local.tx('acme', (tx) => tx.accounts.removePassword(linked.userId));
    for (const { email, browser } of [changed, linked]) {
      await sso(email);
      expect(await isIn(browser)).toBe(false);
    }
    expect((await local.signIn(gateway.browser(), changed.email, OTHER)).status).not.toBe(303);
  });

  it('stays, if the link was mailed', async () => {
    const { email, userId, browser } = await accepted(false);
    await sso(email);
    expect([await isIn(browser), await canSignIn(email)]).toEqual([true, true]);
    expect(await kept(userId)).toMatchObject({ identities: ['okta'], accounts: 1 });
  });

  it('stays, if a mailed link proved the mailbox since', async () => {
    const { email, userId } = await accepted(true);
    await local.setPassword({ userId, email });
    await sso(email);
    expect(await canSignIn(email)).toBe(true);
  });

  /** Asks for a link by mail as anybody can, and sets another password by it. */
  const resetByMail = async (email: string) => {
    await gateway.browser().submit('/login/acme/forgot', { address: email });
    await gateway.settled();
    const [mail] = await local.mails('password-reset');
    const token = mail?.data.link.split('#')[1] ?? '';
    expect((await gateway.browser().submit('/link/password', { token, password: OTHER })).status).toBe(303);
  };

  it('is out of it with the authenticator app, when the person sets a password by a mailed link (security.md 36)', async () => {
    const { email, userId, browser: attacker } = await accepted(true);
    await local.enrol(userId);
    await local.tx('acme', async (tx) => linkedOwn(tx, userId, local.world.now));
    await resetByMail(email);
    const told = await local.mails('second-factor-changed');
    expect(told.map(({ to, data }) => [to, data.what])).toEqual([[email, 'ended_unproved']]);
    expect(await isIn(attacker)).toBe(false);
    expect((await local.signIn(gateway.browser(), email, OTHER)).headers.get('location')).toBe('/');
    expect(await kept(userId)).toMatchObject({ identities: [], accounts: 1, codes: 0 });
    const events = (await local.world.audit('acme')).filter(({ subject }) => subject === userId);
    expect(events.slice(-5, -1).map(({ type }) => type)).toEqual([
      'password.set',
      'second_factor.removed',
      'identity.unlinked',
      'login.succeeded',
    ]);
  });

  it('keeps the authenticator app through a mailed reset, if the invitation was mailed, or the mailbox proved since', async () => {
    for (const printed of [false, true]) {
      const { email, userId } = await accepted(printed);
      if (printed) await resetByMail(email);
      const code = await local.enrol(userId);
      await local.setPassword({ userId, email });
      const browser = gateway.browser();
      expect((await local.signIn(browser, email)).headers.get('location')).toBe('/login/acme/second-factor');
      expect((await browser.submit('/login/acme/second-factor', { code: code() })).status).toBe(303);
    }
  });

  it('gets in no longer by a printed link that nobody had used', async () => {
    const { email, token } = await invited(true);
    await sso(email);
    expect((await gateway.browser().submit('/link/password', { token, password: PASSWORD })).status).toBe(400);
    expect(await canSignIn(email)).toBe(false);
  });
});
