import { verifyChain } from '@rolecall/audit';
import type { TestBrowser } from '../testing/test-browser.ts';
import { APPLICATION, type TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const OKTA = '/saml/acme/okta/login';

describe('a SAML login', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      acme: ACME,
      beta: BETA,
      loose: {
        ...BETA,
        identityProviders: {
          okta: { type: 'saml', metadata: { xml: '' } },
          google: { type: 'saml', metadata: { xml: '' } },
        },
      },
      shop: { ...BETA, authorization: { managedBy: 'app' } },
      wide: {
        ...ACME,
        emailDomains: { 'wide.example': { verification: 'asserted' } },
        identityProviders: {
          okta: { type: 'saml', metadata: { xml: '' } },
          google: { type: 'saml', metadata: { xml: '' } },
        },
      },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const session = async (browser: TestBrowser) =>
    (await browser.get('/session')).json() as Promise<Record<string, unknown>>;
  const eve = (attributes: Record<string, string | string[]> = {}) =>
    world.person('eve@acme.com', {
      role_mapping: 'engineering',
      firstName: 'Eve',
      name: 'Eve Engineer',
      groups: ['vip', 'dev'],
      ...attributes,
    });

  it('creates the user just in time, with the mapped roles, and says who is there', async () => {
    const browser = gateway.browser();
    const found = await browser.submit('/login', { identifier: ' Eve@ACME.com ', returnTo: `${APPLICATION}/start` });
    expect(found.status).toBe(303);
    const path = found.headers.get('location') ?? '';
    expect(path).toBe(`${OKTA}?returnTo=${encodeURIComponent(`${APPLICATION}/start`)}`);

    const signedIn = await browser.signIn(world.idp, path, eve());
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/announcement']);
    const welcome = await (await browser.get('/announcement')).text();
    expect(welcome).toContain('Welcome');
    expect(welcome).toContain('campaign-creator');
    expect(welcome).toContain(`href="${APPLICATION}/start"`);

    const expiresAt = new Date(world.now.getTime() + 3_600_000).toISOString();
    expect(await session(browser)).toEqual({
      user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: 'eve@acme.com', displayName: 'Eve Engineer' },
      organization: 'acme',
      grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] },
      groups: ['inbox/vip'],
      identityProvider: 'okta',
      expiresAt,
    });
    const home = await (await browser.get('/')).text();
    expect(home).toContain('Eve Engineer');
    expect(home).toContain('project/eu-shop');
  });

  it('leaves a flow record and a whole audit chain', async () => {
    const events = await world.audit('acme');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['user.created', 'grants.changed', 'groups.changed', 'login.succeeded', 'session.opened']),
    );
    expect(await verifyChain(events)).toMatchObject({ ok: true });
    const { traceId = '' } = events.find(({ type }) => type === 'login.succeeded') ?? {};
    const flow = await world.db.database.inOrganization(world.idOf('acme'), (tx) => tx.findFlow(traceId));
    expect(flow).toMatchObject({ kind: 'saml-login', identityProvider: 'okta', outcome: 'succeeded' });
    expect(flow?.steps.map(({ check, passed }) => `${check} ${passed}`)).toEqual([
      'answer_verified true',
      'answer_used_once true',
      'same_browser true',
      'identity_provider_enabled true',
      'profile_fits true',
      'access_decided true',
      'email_domain_allowed true',
      'user_found true',
      'grants_stored true',
      'session_opened true',
    ]);
    expect(JSON.stringify([flow, events])).not.toContain('eve@acme.com');
  });

  it('announces at the next login what changed, and goes straight on when nothing did', async () => {
    const browser = gateway.browser();
    const same = await browser.signIn(world.idp, `${OKTA}?returnTo=${APPLICATION}/x`, eve());
    expect(same.headers.get('location')).toBe(`${APPLICATION}/x`);
    expect((await browser.get('/announcement')).headers.get('location')).toBe('/');

    const changed = await browser.signIn(world.idp, OKTA, eve({ role_mapping: 'sales', groups: [] }));
    expect(changed.headers.get('location')).toBe('/announcement');
    const page = await (await browser.get('/announcement')).text();
    expect(page).toContain('Your roles changed');
    expect(page).toContain('<h2>Removed</h2>');
    expect(await session(browser)).toMatchObject({ grants: { 'account/main': ['member'] }, groups: [] });
  });

  it('updates the profile, and says in the audit log only which fields changed', async () => {
    const browser = gateway.browser();
    await browser.signIn(world.idp, OKTA, eve({ name: 'Eve Married' }));
    expect(await session(browser)).toMatchObject({ user: { displayName: 'Eve Married' } });
    const updated = (await world.audit('acme')).find(({ type }) => type === 'user.updated');
    expect(updated?.data).toEqual({ identityProvider: 'okta', fields: ['displayName'] });
  });

  it('keys users by subject: two persons with one e-mail address stay two', async () => {
    const one = gateway.browser();
    const two = gateway.browser();
    const person = {
      ...eve({ email: 'shared@acme.com' }),
      nameIdFormat: PERSISTENT,
    };
    await one.signIn(world.idp, OKTA, { ...person, nameId: 'subject-1' });
    await two.signIn(world.idp, OKTA, { ...person, nameId: 'subject-2' });
    const [first, second] = [await session(one), await session(two)];
    expect(first['user']).toMatchObject({ email: 'shared@acme.com' });
    expect(first['user']).not.toEqual(second['user']);
  });

  it('links a second identity provider by verified e-mail address, to the same user', async () => {
    const browser = gateway.browser();
    const person = world.person('ann@wide.example', { role_mapping: 'sales' });
    await browser.signIn(world.idp, '/saml/wide/okta/login', person);
    const before = await session(browser);
    await browser.signIn(world.idp, '/saml/wide/google/login', person);
    const after = await session(browser);
    expect(after['user']).toEqual(before['user']);
    expect(after['identityProvider']).toBe('google');
    expect((await world.audit('wide')).map(({ type }) => type)).toContain('identity.linked');
  });

  it('does not link by an e-mail address that nobody vouches for', async () => {
    const [one, two] = [gateway.browser(), gateway.browser()];
    const person = world.person('bo@nobody.example');
    await one.signIn(world.idp, '/saml/loose/okta/login', person);
    await two.signIn(world.idp, '/saml/loose/google/login', person);
    expect((await session(one))['user']).not.toEqual((await session(two))['user']);
  });

  it('does not link when several users have the address: it cannot know which', async () => {
    const shared = {
      ...world.person('x', { role_mapping: 'sales', email: 'team@wide.example' }),
      nameIdFormat: PERSISTENT,
    };
    for (const nameId of ['w1', 'w2'])
      await gateway.browser().signIn(world.idp, '/saml/wide/okta/login', { ...shared, nameId });
    await gateway.browser().signIn(world.idp, '/saml/wide/google/login', { ...shared, nameId: 'w3' });
    const users = await world.sql(`select * from users where email = 'team@wide.example'`);
    expect(users).toHaveLength(3);
  });

  it('makes one user of two first logins at the same moment', async () => {
    const person = world.person('twin@beta.example');
    const entered = await world.atOnce(gateway, '/saml/beta/okta/login', [person, person, person]);
    expect(entered.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await world.sql(`select * from users where email = 'twin@beta.example'`)).toHaveLength(1);
  });

  it('gives defaults once where the application manages roles, and leaves its edits alone', async () => {
    const browser = gateway.browser();
    const person = world.person('jo@shop.example');
    const first = await browser.signIn(world.idp, '/saml/shop/okta/login', person);
    expect(first.headers.get('location')).toBe('/announcement');
    expect(await session(browser)).toMatchObject({ grants: { 'account/main': ['member'] } });
    await world.sql('delete from grants where org_id = $1', [world.idOf('shop')]);
    const second = await browser.signIn(world.idp, '/saml/shop/okta/login', person);
    expect(second.headers.get('location')).toBe('/');
    expect(await session(browser)).toMatchObject({ grants: {} });
  });

  it('signs two tabs in at once', async () => {
    const browser = gateway.browser();
    const one = await browser.answer(world.idp, OKTA, eve());
    const two = await browser.answer(world.idp, '/saml/beta/okta/login', world.person('eve@beta.example'));
    for (const posted of [one, two]) {
      const entered = await browser.get(posted.headers.get('location') ?? '');
      expect(entered.status).toBe(303);
    }
    expect(await session(browser)).toMatchObject({ organization: 'beta' });
  });
});
