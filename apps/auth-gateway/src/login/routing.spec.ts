import { openId, OidcWorld } from '../testing/oidc-world.ts';
import { APPLICATION, type TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA } from '../testing/test-world.ts';

const saml = { type: 'saml', metadata: { xml: '' } } as const;
const asserted = { verification: 'asserted' } as const;
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

describe('which identity provider', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      acme: ACME,
      solo: {
        ...BETA,
        emailDomains: { 'solo.example': asserted },
        identityProviders: { google: openId('https://solo.example') },
      },
      many: {
        ...BETA,
        displayName: 'Many Corp',
        emailDomains: {
          'many.example': asserted,
          'eu.many.example': asserted,
          'us.many.example': asserted,
          'xn--bcher-kva.example': asserted,
        },
        identityProviders: {
          main: { ...saml, displayName: 'Okta' },
          google: { ...openId('https://google-many.example'), emailDomains: ['eu.many.example'] },
          us1: { ...saml, emailDomains: ['us.many.example'] },
          us2: { ...saml, emailDomains: ['us.many.example'] },
          off: { ...saml, enabled: false, emailDomains: ['many.example'] },
        },
      },
      chosen: {
        ...BETA,
        emailDomains: { 'chosen.example': asserted },
        identityProviders: { one: saml, two: saml },
        login: { default: 'two' },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const sent = async (identifier: string) => {
    const answer = await gateway.browser().submit('/login', { identifier, returnTo: `${APPLICATION}/deep` });
    expect(answer.status).toBe(303);
    return answer.headers.get('location') ?? '';
  };
  const DEEP = '?returnTo=https%3A%2F%2Fapp.example.com%2Fdeep';

  it('leads to the organization itself where somebody wants to use a password', async () => {
    const form = { identifier: 'eve@acme.com', with: 'password', returnTo: `${APPLICATION}/deep` };
    const answer = await gateway.browser().submit('/login', form);
    expect(answer.headers.get('location')).toBe(`/login/acme${DEEP}`);
  });

  it.each([
    ['the only one', 'eve@acme.com', '/saml/acme/okta/login'],
    ['the one that names no domain', 'eve@many.example', '/saml/many/main/login'],
    ['it in another spelling of the domain', ' EVE@Bücher.example ', '/saml/many/main/login'],
    ['a choice of several that name the domain', 'eve@us.many.example', '/login/many'],
    ['a choice for a name', 'many', '/login/many'],
    ['the default', 'eve@chosen.example', '/saml/chosen/two/login'],
    ['a choice for a name, with a default', 'chosen', '/login/chosen'],
  ])('is %s', async (_, identifier, path) => {
    expect(await sent(identifier)).toBe(path + DEEP);
  });

  it('is the one that names the domain, and an OpenID provider is told the address', async () => {
    const url = new URL(await sent('Eve@eu.many.example'));
    expect([url.origin, url.searchParams.get('login_hint')]).toEqual([
      'https://google-many.example',
      'eve@eu.many.example',
    ]);
    expect(gateway.logLines.join('')).not.toMatch(/eve@|login_hint/i);
  });

  it('leads through an OpenID provider to the deep link', async () => {
    const browser = gateway.browser();
    const form = { identifier: 'eve@eu.many.example', returnTo: `${APPLICATION}/deep` };
    const location = (await browser.submit('/login', form)).headers.get('location') ?? '';
    const claims = { sub: '1', email: 'eve@eu.many.example', email_verified: true };
    const { pathname, search } = oidc.at(location).authorize(location, claims);
    const entered = await browser.get(pathname + search);
    expect(entered.headers.get('location')).toBe('/announcement');
    expect(await (await browser.get('/announcement')).text()).toContain(`href="${APPLICATION}/deep"`);
  });

  it('says nothing about persons: a known user and nobody get the same answer (security.md 23)', async () => {
    const { world } = oidc;
    await gateway.browser().signIn(world.idp, '/saml/acme/okta/login', {
      ...world.person('eve@acme.com', { role_mapping: 'engineering' }),
    });
    const answer = async (identifier: string) => {
      const { status, headers } = await gateway.browser().submit('/login', { identifier });
      return [status, headers.get('location'), headers.getSetCookie()];
    };
    expect(await answer('eve@acme.com')).toEqual(await answer('nobody-at-all@acme.com'));
    expect(await answer('eve@unknown.example')).toEqual(await answer('ceo@unknown-too.example'));
  });

  it.each([
    ['another domain of the organization', 'us1', 'boss@many.example', 'email_domain_not_allowed'],
    ['a domain of nobody here', 'main', 'boss@else.example', 'email_domain_not_allowed'],
  ])('is not believed about addresses of %s', async (_, idp, email, code) => {
    const { world } = oidc;
    const person = { ...world.person('boss', { email }), nameIdFormat: PERSISTENT };
    const refused = await gateway.browser().signIn(world.idp, `/saml/many/${idp}/login`, person);
    expect([refused.status, (await world.flowOn('many', await refused.text()))?.code]).toEqual([403, code]);
  });
});

describe('a browser that signed in before', () => {
  const LAST = '__Host-rolecall_last_login';
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      acme: ACME,
      off: { ...BETA, identityProviders: { okta: { ...saml, enabled: false } } },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const signedIn = async () => {
    const browser = gateway.browser();
    const eve = oidc.world.person('eve@acme.com', { role_mapping: 'engineering' });
    const answer = await browser.signIn(oidc.world.idp, '/saml/acme/okta/login', eve);
    return { browser, cookie: answer.headers.getSetCookie().find((set) => set.startsWith(LAST)) };
  };

  it('keeps names and nobody, for a year, and no script sees them', async () => {
    const { cookie } = await signedIn();
    expect(cookie).toMatch(
      /^__Host-rolecall_last_login=acme\.okta; Max-Age=31536000; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('is offered the same again, also after the session, and goes nowhere by itself', async () => {
    const { browser } = await signedIn();
    await browser.submit('/logout', {});
    const answer = await browser.get(`/login?returnTo=${APPLICATION}/deep`);
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain('Continue with Acme Corp (Okta)');
    expect(page).toContain('href="/saml/acme/okta/login?returnTo=https%3A%2F%2Fapp.example.com%2Fdeep"');
    expect(page).toContain(`name="returnTo" value="${APPLICATION}/deep"`);
    expect(page).not.toMatch(/name="identifier"|http-equiv/);
  });

  it('forgets it for another', async () => {
    const { browser } = await signedIn();
    const forgotten = await browser.submit('/login/forget', { returnTo: `${APPLICATION}/deep` });
    expect([forgotten.status, forgotten.headers.get('location')]).toEqual([
      303,
      '/login?returnTo=https%3A%2F%2Fapp.example.com%2Fdeep',
    ]);
    expect(browser.cookies.has(LAST)).toBe(false);
    expect(await (await browser.get('/login')).text()).toContain('name="identifier"');
  });

  it('forgets nothing because another site says so', async () => {
    const { browser } = await signedIn();
    expect((await browser.submit('/login/forget', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(browser.cookies.has(LAST)).toBe(true);
  });

  it('shows the form where an error must be seen', async () => {
    const { browser } = await signedIn();
    const page = await (await browser.get('/login?error=unknown_organization')).text();
    expect(page).toContain('name="identifier"');
  });

  it('remembers nothing of a test', async () => {
    const browser = gateway.browser();
    const eve = oidc.world.person('eve@acme.com', { role_mapping: 'engineering' });
    await browser.signIn(oidc.world.idp, '/sso/test/acme/okta', eve);
    expect(browser.cookies.has(LAST)).toBe(false);
  });

  it.each([
    'acme',
    'acme.okta.x',
    'acme.nobody',
    'nobody.okta',
    'off.okta',
    'ACME.okta',
    '..',
    '.',
    '__proto__.constructor',
    'acme.__proto__',
    'acme.okta%00',
    '%3Cb%3E.okta',
    `${'a'.repeat(5_000)}.okta`,
  ])('shows the form when what it says is %j', async (value) => {
    const browser = gateway.browser();
    browser.cookies.set(LAST, value);
    const answer = await browser.get('/login');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('name="identifier"');
  });

  it('does not follow a cookie that a sibling site could set', async () => {
    const browser = gateway.browser();
    browser.cookies.set('rolecall_last_login', 'acme.okta');
    expect(await (await browser.get('/login')).text()).toContain('name="identifier"');
  });
});
