import { createHash } from 'node:crypto';
import { logoutForm, logoutQuery, TEST_OTHER_KEY, TestIdp, type TestLogout } from '@rolecall/saml/testing';
import type { SamlConnection } from '@rolecall/saml';
import { verifyLogoutMessage } from '@rolecall/saml';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const saml = { type: 'saml', metadata: { xml: 'given when seeded' } } as const;
const SPEC = {
  ...BETA,
  identityProviders: { okta: { ...saml, singleLogout: true }, entra: { ...saml, singleLogout: true }, plain: saml },
};
const SESSION = '__Host-rolecall_session';
const SLO = '/saml/beta/okta/slo';
const GATEWAY = 'https://sso.example.com';

let world: TestWorld;
let gateway: TestGateway;
let made = 0;

beforeAll(async () => {
  world = await TestWorld.open({ beta: SPEC, other: SPEC });
  gateway = await world.startGateway();
});
afterAll(() => world?.close());

/** A signed-in browser; each call is another person unless one is named. */
async function signedIn(
  options: { email?: string; sessionIndex?: string; idp?: string; organization?: string } = {},
): Promise<{ browser: TestBrowser; email: string }> {
  const { email = `eve${(made += 1)}@beta.example`, sessionIndex, idp = 'okta', organization = 'beta' } = options;
  const browser = gateway.browser();
  const person = { ...world.person(email), ...(sessionIndex === undefined ? {} : { sessionIndex }) };
  await browser.signIn(world.idp, `/saml/${organization}/${idp}/login`, person);
  return { browser, email };
}

const isSignedIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;

const message = (more: Partial<TestLogout>): TestLogout => ({
  says: 'LogoutRequest',
  idp: world.idp.entityId,
  sloUrl: GATEWAY + SLO,
  now: world.now,
  id: `_m${(made += 1)}`,
  ...more,
});
const byRedirect = (more: Partial<TestLogout>) => `${SLO}?${logoutQuery(message(more))}`;

/** What a redirect of ours says, as the IdP reads it. */
function readByIdp(location: string) {
  const connection: SamlConnection = {
    id: 'idp',
    spEntityId: world.idp.entityId,
    acsUrl: 'https://idp.example/acs',
    sloUrl: world.idp.sloUrl ?? '',
    forceAuthn: false,
    idp: {
      entityId: `${GATEWAY}/saml/beta/okta/metadata`,
      ssoUrl: 'https://idp.example/sso',
      signingCertificates: [TEST_OTHER_KEY.certificate],
      wantAuthnRequestsSigned: false,
    },
  };
  const request = { method: 'GET', url: location, headers: {} };
  return verifyLogoutMessage({ request, connection, now: world.now });
}

describe('a LogoutRequest of the identity provider', () => {
  it('ends the sessions of its subject at once, answers, and takes the cookie', async () => {
    const { browser, email } = await signedIn();
    const elsewhere = await signedIn({ email });
    const other = await signedIn();
    const answer = await browser.get(byRedirect({ id: '_asked', nameId: email, relayState: 'theirs' }));
    expect(answer.status).toBe(303);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/^https:\/\/idp\.example\/slo\?SAMLResponse=/);
    expect(new URL(location).searchParams.get('RelayState')).toBe('theirs');
    expect(readByIdp(location)).toMatchObject({ is: 'response', inResponseTo: '_asked', complete: true });
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect(await isSignedIn(elsewhere.browser)).toBe(false);
    expect(await isSignedIn(other.browser)).toBe(true);
    expect((await world.audit('beta')).at(-1)).toMatchObject({
      type: 'session.revoked',
      actor: { kind: 'system' },
      data: { reason: 'single_logout', identityProvider: 'okta', sessions: 2 },
    });
  });

  it('ends only the session that it names', async () => {
    const { browser, email } = await signedIn({ sessionIndex: '_one' });
    const elsewhere = await signedIn({ email, sessionIndex: '_two' });
    await gateway.browser().get(byRedirect({ nameId: email, sessionIndexes: ['_two'] }));
    expect([await isSignedIn(browser), await isSignedIn(elsewhere.browser)]).toEqual([true, false]);
  });

  it('leaves the cookie of somebody else alone', async () => {
    const { email } = await signedIn();
    const { browser } = await signedIn();
    expect((await browser.get(byRedirect({ nameId: email }))).status).toBe(303);
    expect(browser.cookies.has(SESSION)).toBe(true);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('is heard by POST as well, without any cookie', async () => {
    const { browser, email } = await signedIn();
    const body = new URLSearchParams(logoutForm(message({ nameId: email })));
    const answer = await fetch(gateway.address + SLO, { method: 'POST', body, redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is heard once, by whichever process', async () => {
    const { email } = await signedIn();
    const replica = await world.startGateway();
    const path = byRedirect({ nameId: email });
    expect((await gateway.browser().get(path)).status).toBe(303);
    const again = await signedIn({ email });
    for (const { address } of [gateway, replica]) {
      const refused = await again.browser.at(address).get(path);
      expect(refused.status).toBe(400);
      const page = await refused.text();
      expect(page).toContain('Your sign-out did not finish');
      expect(await world.flowOn('beta', page)).toMatchObject({ kind: 'saml-logout', code: 'replayed_logout_request' });
    }
    expect(await isSignedIn(again.browser)).toBe(true);
    expect((await world.audit('beta')).at(-1)).toMatchObject({ type: 'logout.refused', subject: 'okta' });
  });

  it('reaches neither another connection nor another organization', async () => {
    const email = 'same@beta.example';
    const here = await signedIn({ email });
    const entra = await signedIn({ email, idp: 'entra' });
    const other = await signedIn({ email, organization: 'other' });
    await gateway.browser().get(byRedirect({ nameId: email }));
    expect(await Promise.all([here, entra, other].map(({ browser }) => isSignedIn(browser)))).toEqual([
      false,
      true,
      true,
    ]);
    const misdirected = await gateway.browser().get(byRedirect({ nameId: email }).replace('/okta/', '/entra/'));
    expect(misdirected.status).toBe(400);
    expect(await isSignedIn(entra.browser)).toBe(true);
  });

  it.each([
    ['T01, T05: an unsigned LogoutResponse', () => logoutQuery(message({ says: 'LogoutResponse' })).split('&')[0]],
    ['T06, T11: an unsigned LogoutRequest', (email: string) => logoutQuery(message({ nameId: email })).split('&')[0]],
    ['one of another key', (email: string) => logoutQuery(message({ nameId: email, key: TEST_OTHER_KEY }))],
    ['nothing', () => ''],
  ])('is refused when it is %s, and signs nobody in or out', async (_, query) => {
    const { browser, email } = await signedIn();
    for (const who of [browser, gateway.browser()]) {
      const refused = await who.get(`${SLO}?${query(email)}`);
      expect(refused.status).toBe(400);
      expect(refused.headers.getSetCookie()).toEqual([]);
      expect(await refused.text()).not.toContain('signature');
    }
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('is refused where single logout is off, and metadata then offers none', async () => {
    const { browser, email } = await signedIn({ idp: 'plain' });
    const refused = await browser.get(byRedirect({ nameId: email }).replaceAll('okta', 'plain'));
    expect(await world.flowOn('beta', await refused.text())).toMatchObject({ code: 'single_logout_off' });
    expect(await isSignedIn(browser)).toBe(true);
    const metadata = async (idp: string) => (await browser.get(`/saml/beta/${idp}/metadata`)).text();
    expect(await metadata('plain')).not.toContain('SingleLogoutService');
    expect(await metadata('okta')).toContain(`Location="${GATEWAY}${SLO}"`);
    expect(await metadata('okta')).toContain('AuthnRequestsSigned="true"');
  });

  it('is refused without page or record by the thousand: the budget of refusals holds', async () => {
    const count = async () =>
      (await world.sql(`select count(*)::int as n from flow_records where kind = 'saml-logout'`))[0]?.['n'];
    world.pass(2);
    const before = Number(await count());
    for (let sent = 0; sent < 40; sent += 1) await gateway.browser().get(`${SLO}?SAMLRequest=x`);
    expect(Number(await count()) - before).toBe(30);
  });
});

describe('signing out here', () => {
  it('ends the session first, then asks the identity provider to, and says that all is over', async () => {
    const { browser, email } = await signedIn({ sessionIndex: '_mine' });
    const cookie = `${SESSION}=${browser.cookies.get(SESSION)}`;
    const out = await browser.submit('/logout', {});
    expect(out.status).toBe(303);
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect((await gateway.browser().get('/session', { cookie })).status).toBe(401);
    const asked = readByIdp(out.headers.get('location') ?? '');
    expect(asked).toMatchObject({ is: 'request', nameId: { value: email }, sessionIndexes: ['_mine'] });
    const inResponseTo = 'requestId' in asked ? asked.requestId : '';
    const answer = byRedirect({ says: 'LogoutResponse', inResponseTo });
    const answered = await browser.get(answer);
    expect(answered.headers.get('location')).toMatch(/^\/logged-out\?state=[\w-]{64}$/);
    const page = await (await browser.get(answered.headers.get('location') ?? '')).text();
    expect(page).toContain('has ended too');
    // the answer again: nobody waits for it
    expect((await browser.get(answer)).headers.get('location')).toBe('/logged-out');
    expect(await (await browser.get('/logged-out')).text()).toContain('You are signed out here</h1>');
  });

  it.each([
    ['in part', { status: 'Responder' }],
    ['to nobody', { inResponseTo: '_unknown' }],
  ])('says what may be left when the identity provider answers %s', async (_, more) => {
    const { browser } = await signedIn();
    const asked = readByIdp((await browser.submit('/logout', {})).headers.get('location') ?? '');
    const inResponseTo = 'requestId' in asked ? asked.requestId : '';
    const answered = await browser.get(byRedirect({ says: 'LogoutResponse', inResponseTo, ...more }));
    const page = await (await browser.get(answered.headers.get('location') ?? '')).text();
    expect(page).toContain('You are signed out here</h1>');
  });

  it('tells another browser nothing of it', async () => {
    const { browser } = await signedIn();
    const asked = readByIdp((await browser.submit('/logout', {})).headers.get('location') ?? '');
    const inResponseTo = 'requestId' in asked ? asked.requestId : '';
    const answered = await browser.get(byRedirect({ says: 'LogoutResponse', inResponseTo }));
    const { browser: another } = await signedIn();
    const shown = await another.get(answered.headers.get('location') ?? '');
    expect([shown.status, shown.headers.get('location')]).toEqual([303, '/']);
    expect(await isSignedIn(another)).toBe(true);
  });

  it('stays here where single logout is off', async () => {
    const { browser } = await signedIn({ idp: 'plain' });
    const out = await browser.submit('/logout', {});
    expect(out.headers.get('location')).toBe('/logged-out');
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('ends the session also when the identity provider can not be asked', async () => {
    const { browser } = await signedIn();
    await world.sql('revoke insert on logouts from rolecall_runtime');
    try {
      const out = await browser.submit('/logout', {});
      expect(out.headers.get('location')).toBe('/logged-out');
    } finally {
      await world.sql('grant insert on logouts to rolecall_runtime');
    }
    expect(await isSignedIn(browser)).toBe(false);
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  it('may lead a form on to the identity provider', async () => {
    const { browser } = await signedIn();
    const home = await browser.get('/');
    expect(home.headers.get('content-security-policy')).toContain("form-action 'self' https:");
  });

  it('is not begun by another site', async () => {
    const { browser } = await signedIn();
    expect((await browser.submit('/logout', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await isSignedIn(browser)).toBe(true);
  });
});

it('goes to an identity provider that takes only POST, by a form that submits itself and works without JavaScript', async () => {
  const idp = new TestIdp({ sloUrl: 'https://idp.example/slo', sloBinding: 'post' });
  const update = `update identity_provider_metadata set metadata_xml = $1 where identity_provider = 'entra' and org_id = $2`;
  await world.sql(update, [idp.metadata(), world.idOf('beta')]);
  const fresh = await world.startGateway();
  const browser = fresh.browser();
  await browser.signIn(idp, '/saml/beta/entra/login', world.person('post@beta.example'));
  const page = await browser.submit('/logout', {});
  const html = await page.text();
  expect(html).toContain('<form class="actions" method="post" action="https://idp.example/slo">');
  expect(html).toMatch(/<input type="hidden" name="SAMLRequest" value="[A-Za-z0-9+/=]+"/);
  expect(html).toContain('Continue</button>');
  const script = /<script>(.*?)<\/script>/.exec(html)?.[1] ?? '';
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}';`);
  expect(policy).toContain("form-action 'self' https:");
});

it('tells the identity provider when a sign-out of its failed, so that it can go on with others', async () => {
  const { browser, email } = await signedIn();
  await world.sql('revoke delete on sessions from rolecall_runtime');
  try {
    const answer = await browser.get(byRedirect({ nameId: email }));
    expect(readByIdp(answer.headers.get('location') ?? '')).toMatchObject({ is: 'response', complete: false });
  } finally {
    await world.sql('grant delete on sessions to rolecall_runtime');
  }
  expect(browser.cookies.has(SESSION)).toBe(true);
});
