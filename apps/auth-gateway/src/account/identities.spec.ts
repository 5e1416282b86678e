import { verifyChain } from '@rolecall/audit';
import { HeldLock } from '../testing/held-lock.ts';
import { openId, OidcWorld } from '../testing/oidc-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import { TestDirectory } from '../testing/test-directory.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const PAGE = '/account/identities';
const WORK = '/oidc/beta/work/login';
const GOOGLE = '/oidc/beta/google/login';

describe('accounts that users link themselves', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      beta: {
        ...BETA,
        emailDomains: { 'beta.example': { verification: 'asserted' } },
        authorization: { managedBy: 'app' },
        identityProviders: {
          work: { ...openId('https://work.example'), displayName: 'Work' },
          google: { ...openId('unused', { consumerAccounts: 'link' }), issuer: undefined, preset: 'google' },
        },
      },
      managed: {
        scopes: { 'account/main': {} },
        emailDomains: { 'managed.example': { verification: 'asserted' } },
        authorization: {
          rules: [
            { name: 'ships', when: { attribute: 'dept', equals: 'ships' }, grants: { 'account/main': ['member'] } },
          ],
        },
        identityProviders: {
          work: openId('https://managed.example'),
          google: { ...openId('unused', { consumerAccounts: 'link' }), issuer: undefined, preset: 'google' },
        },
        scim: { tokens: { okta: {} } },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const consumer = (sub: string, claims: object = {}) => ({
    sub,
    email: `${sub}@gmail.example`,
    email_verified: true,
    name: 'Nick Name',
    ...claims,
  });
  const session = async (browser: TestBrowser) =>
    (await (await browser.get('/session')).json()) as {
      user?: { id: string; email: string };
      grants?: object;
      identityProvider?: string;
    };
  const codeOn = async (answer: Response) => (await oidc.world.flowOn('beta', await answer.text()))?.code;

  /** Somebody of the company, signed in. */
  async function employee(sub: string, organization = 'beta'): Promise<TestBrowser> {
    const browser = gateway.browser();
    const email = `${sub}@${organization}.example`;
    const claims = { sub, email, email_verified: true, name: sub, dept: 'ships' };
    await oidc.signIn(browser, `/oidc/${organization}/work/login`, claims);
    return browser;
  }

  /** Those that wait; they are taken. */
  async function mails() {
    const outbox = oidc.world.db.database.mails;
    const found = [];
    for (const claimed of await outbox.claim(oidc.world.now, 100)) {
      found.push(await outbox.read(claimed));
      await outbox.forget(claimed);
    }
    return found.filter((mail) => mail !== undefined);
  }

  /** From the button to the provider and back: the callback, not opened yet. */
  async function linking(browser: TestBrowser, claims: Record<string, unknown>): Promise<string> {
    const sent = await browser.submit(`${PAGE}/link`, { idp: 'google' });
    const location = sent.headers.get('location') ?? '';
    const { pathname, search } = oidc.at(location).authorize(location, claims);
    return pathname + search;
  }

  it('creates nobody and finds nobody by e-mail address, also a verified one', async () => {
    const browser = gateway.browser();
    for (const claims of [consumer('stranger'), consumer('thief', { email: 'ann@beta.example' })]) {
      await employee('ann');
      expect(await codeOn(await oidc.signIn(browser, GOOGLE, claims))).toBe('identity_not_linked');
    }
    expect((await browser.get('/session')).status).toBe(401);
    expect(await oidc.world.sql(`select 1 from identities where identity_provider = 'google'`)).toEqual([]);
  });

  it('signs in the user who linked one, with the same profile and roles', async () => {
    const browser = await employee('bob');
    expect(await (await browser.get(PAGE)).text()).toContain('Link google');
    const linked = await browser.get(await linking(browser, consumer('bob-1')));
    expect([linked.status, linked.headers.get('location')]).toEqual([303, PAGE]);
    const page = await (await browser.get(PAGE)).text();
    for (const shown of ['bob-1@gmail.example', 'Unlink google', 'Work']) expect(page).toContain(shown);
    expect(page).not.toContain('Link google');

    const other = gateway.browser();
    expect((await oidc.signIn(other, GOOGLE, consumer('bob-1'))).status).toBe(303);
    const { identityProvider, ...rest } = await session(other);
    expect(identityProvider).toBe('google');
    const { identityProvider: _, ...before } = await session(browser);
    expect(rest).toEqual(before);
    const decided = await oidc.world.sql(
      `select deciding_identity_provider as by from users where email = 'bob@beta.example'`,
    );
    expect(decided).toEqual([{ by: 'work' }]);
  });

  it('is offered in the account', async () => {
    const ann = await employee('ann-offered');
    expect(await (await ann.get('/account')).text()).toContain('href="/account/identities"');
    expect(await (await ann.get(PAGE)).text()).toContain('Link google');
  });

  it('leaves an audit trail, and keeps nothing of the account but its address', async () => {
    const events = await oidc.world.audit('beta');
    expect(await verifyChain(events)).toMatchObject({ ok: true });
    expect(events.find(({ type }) => type === 'identity.linked')).toMatchObject({
      actor: { kind: 'user' },
      data: { identityProvider: 'google', how: 'user' },
    });
    expect(JSON.stringify(events)).not.toContain('gmail');
    const facts = await oidc.world.sql(`select facts from identities where identity_provider = 'google'`);
    expect(facts).toEqual([{ facts: { email: ['bob-1@gmail.example'] } }]);
  });

  it('is bound to one user, and one user to one account', async () => {
    const carol = await employee('carol');
    expect(await codeOn(await carol.get(await linking(carol, consumer('bob-1'))))).toBe('identity_taken');
    await carol.get(await linking(carol, consumer('carol-1')));
    const again = await carol.submit(`${PAGE}/link`, { idp: 'google' });
    const location = again.headers.get('location') ?? '';
    const { pathname, search } = oidc.at(location).authorize(location, consumer('carol-2'));
    expect(await codeOn(await carol.get(pathname + search))).toBe('identity_already_linked');
  });

  it('goes to one of two users who link it at the same moment', async () => {
    const [dan, eve] = [await employee('dan'), await employee('eve')];
    const callbacks = [await linking(dan, consumer('shared')), await linking(eve, consumer('shared'))];
    const answers = await Promise.all([dan.get(callbacks[0]!), eve.get(callbacks[1]!)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
  });

  it('needs the user who began it to be signed in still, in the same browser', async () => {
    const fay = await employee('fay');
    const callback = await linking(fay, consumer('fay-1'));
    await fay.submit('/logout', {});
    expect(await codeOn(await fay.get(callback))).toBe('link_session_ended');

    const gus = await employee('gus');
    const planted = await linking(gus, consumer('attacker'));
    await oidc.signIn(gus, WORK, { sub: 'hal', email: 'hal@beta.example', email_verified: true });
    expect(await codeOn(await gus.get(planted))).toBe('link_session_ended');

    const victim = await employee('victim');
    const stolen = await linking(await employee('ivy'), consumer('ivy-1'));
    expect(await codeOn(await victim.get(stolen))).toBe('other_browser');
  });

  it('waits for whoever ends the sessions of the user at this moment, and loses', async () => {
    const may = await employee('may');
    const userId = (await session(may)).user?.id ?? '';
    const callback = await linking(may, consumer('may-1'));
    const ending = `select from users where user_id = '${userId}' for update; delete from sessions where user_id = '${userId}'`;
    const held = await HeldLock.by(ending, oidc.world.db.ownerUrl);
    const answer = may.get(callback);
    await held.blocked();
    await held.commit();
    expect(await codeOn(await answer)).toBe('link_session_ended');
    expect((await oidc.signIn(gateway.browser(), GOOGLE, consumer('may-1'))).status).toBe(400);
  });

  it('needs a sign-in of the last ten minutes, to link and to unlink', async () => {
    const kim = await employee('kim');
    await kim.get(await linking(kim, consumer('kim-1')));
    oidc.world.pass(10);
    const page = await (await kim.get(PAGE)).text();
    expect(page).toContain('sign in again');
    expect(page).not.toContain('<form');
    for (const change of ['link', 'unlink']) {
      const answer = await kim.submit(`${PAGE}/${change}`, { idp: 'google' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, PAGE]);
    }
    expect((await oidc.signIn(gateway.browser(), GOOGLE, consumer('kim-1'))).status).toBe(303);
  });

  it('is unlinked with the sessions that it opened, and can be linked anew', async () => {
    const lea = await employee('lea');
    await lea.get(await linking(lea, consumer('lea-1')));
    const home = gateway.browser();
    await oidc.signIn(home, GOOGLE, consumer('lea-1'));
    expect((await lea.submit(`${PAGE}/unlink`, { idp: 'google' })).status).toBe(303);
    expect([(await home.get('/session')).status, (await lea.get('/session')).status]).toEqual([401, 200]);
    expect(await codeOn(await oidc.signIn(home, GOOGLE, consumer('lea-1')))).toBe('identity_not_linked');
    const events = await oidc.world.audit('beta');
    expect(events.findLast(({ type }) => type === 'identity.unlinked')).toMatchObject({
      data: { identityProvider: 'google', sessions: 1 },
    });
    expect((await lea.get(await linking(lea, consumer('lea-1')))).status).toBe(303);
  });

  it('takes the place of the password: linked by who knows it, from then on it signs in no longer', async () => {
    const email = 'pat@beta.example';
    const { database } = oidc.world.db;
    const organizationId = oidc.world.idOf('beta');
    const nameId = { value: 'pat', format: 'persistent' };
    const { user } = await database.inOrganization(organizationId, (tx) =>
      tx.createUser({ identityProvider: 'gone', nameId }, { email }, {}, oidc.world.now),
    );
    const wanted = { userId: user.userId, addressKey: email, now: oidc.world.now };
    const password = 'mauve otter paddles uphill';
    const phc = await gateway.passwordHashes.hash(password);
    await database.inOrganization(organizationId, (tx) =>
      tx.accounts.setPassword({ ...wanted, hash: phc, mailbox: 'proved' }),
    );
    await mails();
    const signIn = async (browser = gateway.browser()) =>
      (await browser.submit('/login/beta/password', { address: email, password })).status;
    const pat = gateway.browser();
    expect(await signIn(pat)).toBe(303);
    expect((await pat.get(await linking(pat, consumer('pat-1')))).headers.get('location')).toBe(PAGE);
    expect(await signIn()).toBe(400);
    expect((await oidc.signIn(gateway.browser(), GOOGLE, consumer('pat-1'))).status).toBe(303);
    expect((await oidc.world.audit('beta')).filter(({ type }) => type === 'password.removed')).toMatchObject([
      { subject: user.userId, data: { identityProvider: 'google' } },
    ]);

    const [told] = await mails();
    expect([told?.kind, told?.to, told?.data]).toMatchObject(['identity-changed', email, { what: 'linked' }]);
    const mailed = async () => {
      await gateway.browser().submit('/login/beta/forgot', { address: email });
      await gateway.settled();
      return database.mails.waiting();
    };
    expect(await mailed()).toBe(0);
    await pat.submit(`${PAGE}/unlink`, { idp: 'google' });
    expect((await mails()).map(({ data }) => data)).toMatchObject([{ what: 'unlinked', account: 'google' }]);
    expect(await mailed()).toBe(1);
  });

  it.each([
    ['an identity provider of the company', { idp: 'work' }],
    ['one that does not exist', { idp: 'none' }],
    ['nothing', {}],
  ])('is not %s', async (_, fields) => {
    const browser = await employee('mia');
    for (const change of ['link', 'unlink']) {
      const answer = await browser.submit(`${PAGE}/${change}`, fields as Record<string, string>);
      expect(answer.headers.get('location')).toBe(PAGE);
    }
    expect((await session(browser)).identityProvider).toBe('work');
  });

  it('cannot be changed from another site, nor by nobody', async () => {
    const browser = await employee('noa');
    for (const change of ['link', 'unlink']) {
      const forged = await browser.submit(`${PAGE}/${change}`, { idp: 'google' }, { 'sec-fetch-site': 'cross-site' });
      expect(forged.status).toBe(403);
      const nobody = await gateway.browser().submit(`${PAGE}/${change}`, { idp: 'google' });
      expect(nobody.headers.get('location')).toBe(PAGE);
    }
    expect((await gateway.browser().get(PAGE)).headers.get('location')).toBe('/login');
  });

  it('signs no disabled user in', async () => {
    const pia = await employee('pia');
    await pia.get(await linking(pia, consumer('pia-1')));
    await oidc.world.sql(`update users set status = 'disabled' where email = 'pia@beta.example'`);
    expect(await codeOn(await oidc.signIn(gateway.browser(), GOOGLE, consumer('pia-1')))).toBe('user_disabled');
  });

  it('is what a test of the connection says', async () => {
    const answer = await oidc.signIn(gateway.browser(), '/sso/test/beta/google', consumer('nobody'));
    expect(await codeOn(answer)).toBe('identity_not_linked');
  });

  it('lets nobody in whom the directory manages and gives no access', async () => {
    const browser = await employee('may', 'managed');
    const { user } = await session(browser);
    await browser.get(await linking(browser, consumer('may-1')));
    const signIn = () => oidc.signIn(gateway.browser(), '/oidc/managed/google/login', consumer('may-1'));
    const email = 'may@managed.example';
    const directory = new TestDirectory(oidc.world, 'managed');
    expect(await directory.create({ userName: email, email }, email)).toBe(user?.id);
    expect((await signIn()).status).toBe(303);
    await directory.replace(user?.id ?? '', { userName: email, email, externalId: 'may' });
    expect((await oidc.world.flowOn('managed', await (await signIn()).text()))?.code).toBe('no_rule_matched');
    await directory.replace(user?.id ?? '', { userName: email, email, active: false });
    expect((await oidc.world.flowOn('managed', await (await signIn()).text()))?.code).toBe('user_deactivated');
  });
});
