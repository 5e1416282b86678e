import type { OrganizationSpec } from '@rolecall/org-config';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const ACS = '/saml/acme/okta/acs';
const CONNECTION = {
  spEntityId: 'https://sso.example.com/saml/acme/okta/metadata',
  acsUrl: `https://sso.example.com${ACS}`,
};
const okta = { ...ACME.identityProviders?.['okta'], type: 'saml', metadata: { xml: '' } } as const;
const OPEN: OrganizationSpec = { ...ACME, identityProviders: { okta: { ...okta, allowIdpInitiated: true } } };

describe('a sign-in that begins at the identity provider', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeEach(async () => {
    world = await TestWorld.open({ acme: OPEN, strict: { ...ACME, emailDomains: {} } });
    gateway = await world.startGateway();
  });
  afterEach(() => world?.close());

  const eve = (email = 'eve@acme.com') => world.person(email, { role_mapping: 'engineering', name: 'Eve' });
  /** What the identity provider's portal posts, without a request of ours. */
  const unasked = (email?: string) => world.idp.respond({ connection: CONNECTION, ...eve(email) });
  /** From the portal to the page that asks. */
  const arrive = async (browser: TestBrowser, samlResponse = unasked()) => {
    const posted = await browser.postResponse(ACS, samlResponse, 'https://evil.example/');
    const path = posted.headers.get('location') ?? '';
    return { posted, path, handle: new URL(path, gateway.url).searchParams.get('h') ?? '' };
  };
  const confirm = (browser: TestBrowser, handle: string) => browser.submit('/saml/confirm', { h: handle });
  const codeOf = async (answer: Response) => (await world.flowOn('acme', await answer.text()))?.code;

  it('signs in after the user said yes, and leads to us whatever RelayState says', async () => {
    const browser = gateway.browser();
    const { posted, path, handle } = await arrive(browser);
    expect(posted.status).toBe(303);
    expect(path).toMatch(/^\/saml\/confirm\?h=[\w-]{64}$/);
    expect(await world.sql('select * from users')).toEqual([]);

    const asked = await browser.get(path);
    expect(asked.status).toBe(200);
    expect(asked.headers.get('content-security-policy')).toMatch(/form-action 'self'$/);
    const page = await asked.text();
    expect(page).toContain('Sign in to Acme Corp?');
    expect(page).toContain('<strong>Okta</strong>');
    expect(page).not.toMatch(/eve|evil/i);
    expect((await browser.get('/session')).status).toBe(401);
    expect(await world.sql('select * from users')).toEqual([]);

    const done = await confirm(browser, handle);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/announcement']);
    expect(await (await browser.get('/session')).json()).toMatchObject({
      organization: 'acme',
      user: { email: 'eve@acme.com' },
    });
    const [flow] = await world.sql('select outcome, steps from flow_records');
    expect(flow).toMatchObject({ outcome: 'succeeded' });
    expect(JSON.stringify(flow?.['steps'])).toContain('confirmed_by_user');
    expect((await world.audit('acme')).map(({ type }) => type)).toContain('login.succeeded');
    expect(gateway.logLines.join('')).not.toContain('eve@acme.com');
  });

  it('happens once: the answer, and the yes to it', async () => {
    const browser = gateway.browser();
    const samlResponse = unasked();
    const { handle, path } = await arrive(browser, samlResponse);
    expect(await codeOf(await browser.postResponse(ACS, samlResponse))).toBe('replayed_assertion');
    await browser.get(path);
    expect((await confirm(browser, handle)).status).toBe(303);
    expect((await confirm(browser, handle)).status).toBe(400);
    expect((await browser.get(path)).status).toBe(400);
  });

  it('is over for one of two gateways to which the answer is posted at the same moment', async () => {
    const replica = await world.startGateway();
    const samlResponse = unasked();
    const answers = await Promise.all([gateway, replica].map((each) => each.browser().postResponse(ACS, samlResponse)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
  });

  it('signs nobody in without the click: not by the address of other logins, not by HEAD, not from another site', async () => {
    const browser = gateway.browser();
    const { handle, path } = await arrive(browser);
    expect((await browser.get(`/saml/continue?h=${handle}`)).status).toBe(400);
    expect((await fetch(gateway.address + path, { method: 'HEAD' })).status).toBe(404);
    expect((await confirm(browser, handle)).status).toBe(400); // burnt: this browser was never asked
    expect((await browser.get('/session')).status).toBe(401);

    const second = await arrive(browser);
    await browser.get(second.path);
    const forged = await browser.submit('/saml/confirm', { h: second.handle }, { 'sec-fetch-site': 'cross-site' });
    expect(forged.status).toBe(403);
    expect((await browser.get(`/saml/continue?h=${second.handle}`)).status).toBe(400);
    expect((await browser.get('/session')).status).toBe(401);
    expect((await confirm(browser, second.handle)).status).toBe(303);
  });

  it('belongs to the browser that was asked first', async () => {
    const browser = gateway.browser();
    const { handle, path } = await arrive(browser);
    expect((await browser.get(path)).status).toBe(200);
    expect((await browser.get(path)).status).toBe(200);
    const thief = gateway.browser();
    expect((await thief.get(path)).status).toBe(400);
    expect((await world.audit('acme')).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ code: 'other_browser' }),
    );
    expect((await confirm(browser, handle)).status).toBe(400); // somebody else had the handle
  });

  it('waits three minutes', async () => {
    const browser = gateway.browser();
    const { handle, path } = await arrive(browser);
    await browser.get(path);
    world.pass(3);
    const late = await confirm(browser, handle);
    expect([late.status, await late.text()]).toEqual([400, expect.stringContaining('This sign-in is over')]);
  });

  it('says so when the browser is signed in as somebody else, and not when as the same', async () => {
    const browser = gateway.browser();
    const first = await arrive(browser);
    expect(await (await browser.get(first.path)).text()).not.toContain('This browser is signed in');
    await confirm(browser, first.handle);
    const same = await arrive(browser);
    expect(await (await browser.get(same.path)).text()).not.toContain('This browser is signed in');
    const before = browser.cookies.get('__Host-rolecall_session');
    const other = await arrive(browser, unasked('mallory@acme.com'));
    const page = await (await browser.get(other.path)).text();
    expect(page).toContain('This browser is signed in to Acme Corp as Eve. Continuing ends that.');
    expect(page).not.toContain('mallory');
    await confirm(browser, other.handle);
    expect(await (await browser.get('/session')).json()).toMatchObject({ user: { email: 'mallory@acme.com' } });
    const old = gateway.browser();
    old.cookies.set('__Host-rolecall_session', before ?? '');
    expect((await old.get('/session')).status).toBe(401);
  });

  it('is refused where it is not switched on, with the way to begin here and what to switch on', async () => {
    const connection = {
      spEntityId: 'https://sso.example.com/saml/strict/okta/metadata',
      acsUrl: 'https://sso.example.com/saml/strict/okta/acs',
    };
    const answer = await gateway
      .browser()
      .postResponse('/saml/strict/okta/acs', world.idp.respond({ connection, ...eve() }));
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toContain('<a class="button" href="/saml/strict/okta/login">Sign in here</a>');
    const flow = await world.flowOn('strict', page);
    expect([flow?.code, flow?.mustAct, flow?.steps.at(-1)?.want]).toEqual([
      'unsolicited_response',
      'platform',
      expect.stringContaining('allowIdpInitiated: true'),
    ]);
  });

  it('is refused when it is switched off between the answer and the yes', async () => {
    const browser = gateway.browser();
    const { handle, path } = await arrive(browser);
    await browser.get(path);
    await world.change('acme', ACME);
    const informed = await world.startGateway();
    expect(await codeOf(await confirm(browser.at(informed.address), handle))).toBe('unsolicited_response');
  });

  it('is refused at a provider that is switched off', async () => {
    await world.change('acme', {
      ...ACME,
      identityProviders: { okta: { ...okta, allowIdpInitiated: true, enabled: false } },
    });
    const informed = await world.startGateway();
    expect(await codeOf((await arrive(informed.browser())).posted)).toBe('idp_disabled');
    expect(await world.sql('select * from login_transactions')).toEqual([]);
  });

  it('leaves a login that was asked for as it was: no page in between', async () => {
    const browser = gateway.browser();
    const done = await browser.signIn(world.idp, '/saml/acme/okta/login', eve());
    expect(done.status).toBe(303);
    const { requestId } = await browser.start('/saml/acme/okta/login');
    const asked = await browser.postResponse(
      ACS,
      world.idp.respond({ connection: CONNECTION, inResponseTo: requestId, ...eve() }),
    );
    const handle = new URL(asked.headers.get('location') ?? '', gateway.url).searchParams.get('h') ?? '';
    expect((await confirm(browser, handle)).status).toBe(400);
  });
});
