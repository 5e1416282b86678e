import { openId, OidcWorld } from '../testing/oidc-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import { TestDirectory } from '../testing/test-directory.ts';
import { APPLICATION, type TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';
import { isAliasOf } from './aliases.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const provider = { type: 'saml', metadata: { xml: '' } } as const;
const SPEC = {
  ...BETA,
  emailDomains: { 'kite.example': { verification: 'asserted' }, 'kites.example': { verification: 'asserted' } },
  identityProviders: {
    okta: provider,
    google: { ...provider, aliases: 'plus' },
    oidc: { ...openId('https://google.example'), aliases: 'plus' },
  },
} as const;

describe('aliases of an address', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      kite: SPEC,
      other: { ...SPEC, emailDomains: { 'other.example': { verification: 'asserted' } } },
      managed: {
        ...SPEC,
        emailDomains: { 'managed.example': { verification: 'asserted' } },
        scim: { tokens: { okta: {} } },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const signIn = async (subject: string, email: string, path = '/saml/kite/google/login') => {
    const browser = gateway.browser();
    const person = { ...oidc.world.person(subject, { email }), nameIdFormat: PERSISTENT };
    const answer = await browser.signIn(oidc.world.idp, path, person);
    return { browser, status: answer.status, to: answer.headers.get('location') };
  };
  /** Users who exist because they signed in elsewhere. */
  const people = async (...emails: string[]) => {
    for (const email of emails) await signIn(`okta ${email}`, email, '/saml/kite/okta/login');
  };
  const offered = async (browser: TestBrowser) => {
    const page = await (await browser.get('/accounts')).text();
    return [...page.matchAll(/name="user" value="([^"]+)".*?>Open ([^<]+)</g)].map(([, id = '', email = '']) => ({
      id,
      email,
    }));
  };
  const emails = async (browser: TestBrowser) => (await offered(browser)).map(({ email }) => email);
  const idOf = async (email: string) =>
    String((await oidc.world.sql('select user_id from users where email = $1', [email]))[0]?.['user_id']);
  const open = async (browser: TestBrowser, email: string) => browser.submit('/accounts', { user: await idOf(email) });
  const signedInAs = async (browser: TestBrowser) =>
    ((await (await browser.get('/session')).json()) as { user: { email: string } }).user.email;

  it('are other accounts where nothing says otherwise', async () => {
    await people('zoe@kite.example', 'zoe+team@kite.example');
    const { to, browser } = await signIn('okta zoe@kite.example', 'zoe@kite.example', '/saml/kite/okta/login');
    expect([to, await emails(browser)]).toEqual(['/', []]);
  });

  it('are a choice after signing in, of this person and organization alone', async () => {
    await people('ami@kite.example', 'ami+team@kite.example', 'Ami+Test@kite.example', 'amidala+x@kite.example');
    await people('ami+else@kites.example', 'xami+y@kite.example');
    await signIn('okta', 'ami+foreign@other.example', '/saml/other/okta/login');
    const { browser, to } = await signIn(
      'ami-1',
      'ami@kite.example',
      `/saml/kite/google/login?returnTo=${APPLICATION}/deep`,
    );
    expect(to).toBe('/accounts');
    expect(await signedInAs(browser)).toBe('ami@kite.example');
    expect(new Set(await emails(browser))).toEqual(new Set(['ami+team@kite.example', 'Ami+Test@kite.example']));
    expect(await (await browser.get('/accounts')).text()).toContain(
      `href="${APPLICATION}/deep">Continue as ami@kite.example`,
    );
  });

  it('open as themselves, with their address and their grants, and lead back', async () => {
    const path = `/saml/kite/google/login?returnTo=${APPLICATION}/deep`;
    const { browser } = await signIn('ami-1', 'ami@kite.example', path);
    const before = browser.cookies.get('__Host-rolecall_session');
    const opened = await open(browser, 'ami+team@kite.example');
    expect([opened.status, opened.headers.get('location')]).toEqual([303, `${APPLICATION}/deep`]);
    expect(await signedInAs(browser)).toBe('ami+team@kite.example');
    const { grants } = (await (await browser.get('/session')).json()) as { grants: object };
    expect(grants).toEqual({ 'account/main': ['member'] });
    const old = gateway.browser();
    old.cookies.set('__Host-rolecall_session', before ?? '');
    expect((await old.get('/session')).status).toBe(401);
    expect(new Set(await emails(browser))).toEqual(new Set(['ami@kite.example', 'Ami+Test@kite.example']));
    await open(browser, 'ami@kite.example');
    expect(await signedInAs(browser)).toBe('ami@kite.example');
    await open(browser, 'ami+team@kite.example');
    const team = await idOf('ami+team@kite.example');
    const events = (await oidc.world.audit('kite')).filter(({ subject }) => subject === team);
    expect(events.filter(({ type }) => type === 'identity.linked').map(({ data }) => data)).toEqual([
      { identityProvider: 'google', how: 'alias' },
    ]);
    const sessions = await oidc.world.sql(
      `select name_id from sessions where user_id = $1 and identity_provider = 'google'`,
      [team],
    );
    expect(sessions).toEqual([{ name_id: 'ami-1' }]); // the name by which the identity provider logs out
  });

  it('open only where the login offered them, on a page of ours, in a session that lives', async () => {
    const { browser } = await signIn('ami-1', 'ami@kite.example');
    const [first] = await offered(browser);
    const answers = [
      await open(browser, 'amidala+x@kite.example'),
      await browser.submit('/accounts', { user: 'ami+team@kite.example' }),
      await gateway.browser().submit('/accounts', { user: first?.id ?? '' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    const foreign = await browser.submit('/accounts', { user: first?.id ?? '' }, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).toBe(403);
    await browser.submit('/logout', {});
    expect((await browser.submit('/accounts', { user: first?.id ?? '' })).status).toBe(400);
    expect((await gateway.browser().get('/accounts')).headers.get('location')).toBe('/');
  });

  it('are none of another subject that is called by the address of somebody who is here', async () => {
    const { browser } = await signIn('ami-2', 'ami@kite.example');
    expect(await signedInAs(browser)).toBe('ami@kite.example');
    expect(await emails(browser)).toEqual([]);
    const users = await oidc.world.sql(`select user_id from users where email = 'ami@kite.example'`);
    expect(users).toHaveLength(2);
  });

  it('stay with the subject that opened them first, also when the address goes to another person', async () => {
    await people('ren+one@kite.example', 'ren@kite.example', 'ren+two@kite.example');
    const { browser } = await signIn('ren-1', 'ren@kite.example');
    await open(browser, 'ren+one@kite.example');
    await oidc.world.sql(`delete from users where email = 'ren@kite.example'`);
    const successor = await signIn('ren-2', 'ren@kite.example');
    expect([await signedInAs(successor.browser), await emails(successor.browser)]).toEqual([
      'ren+two@kite.example',
      [],
    ]);
  });

  it('are none of a user who is switched off', async () => {
    await people('dee@kite.example', 'dee+x@kite.example');
    const { browser } = await signIn('dee-1', 'dee@kite.example');
    const [account] = await offered(browser);
    await oidc.world.sql(`update users set status = 'disabled' where email = 'dee+x@kite.example'`);
    expect((await browser.submit('/accounts', { user: account?.id ?? '' })).status).toBe(400);
    expect((await signIn('dee-1', 'dee@kite.example')).to).toBe('/');
  });

  it('are the account where there is no other, and keep their address', async () => {
    await people('bo+work@kite.example');
    for (let login = 0; login < 2; login++) {
      const { browser } = await signIn('bo-1', 'bo@kite.example');
      expect(await signedInAs(browser)).toBe('bo+work@kite.example');
    }
    expect(await oidc.world.sql(`select email from users where email like 'bo%'`)).toEqual([
      { email: 'bo+work@kite.example' },
    ]);
  });

  it.each(['%@kite.example', '_mi@kite.example', 'a%@kite.example', 'ami+team@kite.example', '\\@kite.example'])(
    'are none of %s',
    async (email) => {
      const { browser } = await signIn(`odd ${email}`, email);
      expect(await emails(browser)).toEqual([]);
    },
  );

  it('are none of a user whom the directory manages: its rules say by which subjects somebody signs in', async () => {
    const email = 'dee+team@managed.example';
    await new TestDirectory(oidc.world, 'managed').create({ userName: 'dee-team', email });
    await signIn('okta dee+shop', 'dee+shop@managed.example', '/saml/managed/okta/login');
    const { browser } = await signIn('dee', 'dee@managed.example', '/saml/managed/google/login');
    expect(await signedInAs(browser)).toBe('dee+shop@managed.example');
    expect(await emails(browser)).toEqual([]);
    expect((await open(browser, email)).status).toBe(400);
  });

  describe('are none for a user whom the directory manages, of whom the sign-in says nothing that decides', () => {
    const GOOGLE = '/saml/managed/google/login';
    const managed = () => new TestDirectory(oidc.world, 'managed');
    const jit = async (...addresses: string[]) => {
      for (const address of addresses) await signIn(`okta ${address}`, address, '/saml/managed/okta/login');
    };

    it('from the first sign-in on', async () => {
      await jit('gus+x@managed.example');
      await managed().create({ userName: 'gus@managed.example', email: 'gus@managed.example' });
      for (let login = 0; login < 2; login++) {
        const { browser, to } = await signIn('gus', 'gus@managed.example', GOOGLE);
        expect([to, await emails(browser), await signedInAs(browser)]).toEqual(['/', [], 'gus@managed.example']);
      }
    });

    it('from the adoption on, in sessions that were offered some before', async () => {
      const [email, x, y] = ['hal@managed.example', 'hal+x@managed.example', 'hal+y@managed.example'];
      await jit(email, x, y);
      const [own, opened] = [await signIn('hal', email, GOOGLE), await signIn('hal', email, GOOGLE)];
      expect((await open(opened.browser, x)).status).toBe(303);
      await managed().create({ userName: email, email }, email);
      for (const { browser } of [own, opened]) {
        expect(await emails(browser)).toContain(y);
        expect((await open(browser, y)).status).toBe(400);
      }
    });
  });

  it('are none of an address that the provider did not verify', async () => {
    const path = '/oidc/kite/oidc/login';
    const browser = gateway.browser();
    await oidc.signIn(browser, path, { sub: 'cy', email: 'cy@kite.example', email_verified: true });
    await people('cy+x@kite.example');
    const unverified = await oidc.signIn(browser, path, { sub: 'cy', email: 'cy@kite.example', email_verified: false });
    expect([unverified.status, await emails(browser)]).toEqual([303, []]);
    const verified = await oidc.signIn(browser, path, { sub: 'cy', email: 'cy@kite.example', email_verified: true });
    expect([verified.headers.get('location'), await emails(browser)]).toEqual(['/accounts', ['cy+x@kite.example']]);
  });
});

describe('an alias', () => {
  it.each([
    ['ami+team@kite.example', 'ami@kite.example', true],
    ['AMI+@Kite.example', 'ami@kite.example', true],
    ['ami+a+b@kite.example', 'ami@kite.example', true],
    ['ami@kite.example', 'ami@kite.example', false],
    ['ami+team@kites.example', 'ami@kite.example', false],
    ['amy+team@kite.example', 'ami@kite.example', false],
    ['ami+x@evil.example@kite.example', 'ami@kite.example', false],
    [undefined, 'ami@kite.example', false],
  ])('is %s of %s: %s', (stored, said, expected) => {
    expect(isAliasOf(stored, said)).toBe(expected);
  });
});
