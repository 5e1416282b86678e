import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/acme/okta/login';

describe('/account', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: { ...ACME, displayName: 'Acme Corp' } });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  let made = 0;
  const newAddress = () => `p${++made}@acme.com`;
  const signedIn = async (email: string, attributes = {}): Promise<TestBrowser> => {
    const browser = gateway.browser();
    await browser.signIn(world.idp, LOGIN, world.person(email, { role_mapping: 'engineering', ...attributes }));
    return browser;
  };
  const page = async (browser: TestBrowser) => (await browser.get('/account')).text();
  const isIn = async (browser: TestBrowser) => (await browser.get('/session')).status === 200;
  const idsOn = (html: string) =>
    [...html.matchAll(/name="session" value="([0-9a-f]{16})"/g)].map(([, id]) => id ?? '');

  it('shows who somebody is, what they may do and why', async () => {
    const email = newAddress();
    const browser = await signedIn(email);
    const html = await page(browser);
    expect(html).toContain(email);
    expect(html).toContain('Acme Corp');
    expect(await (await browser.get('/')).text()).toContain('<dd>Acme Corp</dd>');
    expect(html).toMatch(/campaign-creator<\/span> on <code>account\/main<\/code>/);
    expect(html).toContain('Mapping role “engineering” (role_mapping: engineering)');
  });

  it('offers no accounts to link where the organization has none of them', async () => {
    const browser = await signedIn(newAddress());
    expect(await page(browser)).not.toContain('/account/identities');
    expect(await (await browser.get('/account/identities')).text()).toContain('none of your own');
  });

  it('is nobody’s without a session', async () => {
    const answer = await gateway.browser().get('/account');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
  });

  it('takes nothing that an identity provider said for markup (security.md 44)', async () => {
    const html = await page(await signedIn(newAddress(), { name: '<script>alert(1)</script>' }));
    expect(html).toContain('&lt;script>');
    expect(html).not.toContain('<script');
  });

  it('lists a user’s sessions, and ends the one that is named (security.md 7)', async () => {
    const email = newAddress();
    const [here, there] = [await signedIn(email), await signedIn(email)];
    const html = await page(here);
    expect(html).toContain('this browser');
    expect(html).toContain('A browser');
    const [other = '', ...more] = idsOn(html);
    expect(more).toEqual([]);
    const ended = await here.submit('/account/sessions/end', { session: other });
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/account']);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect(idsOn(await page(here))).toEqual([]);
    expect((await world.audit('acme')).at(-1)).toMatchObject({
      type: 'session.revoked',
      actor: { kind: 'user' },
      data: { reason: 'logout', sessions: 1 },
    });
  });

  it('ends all sessions but this one', async () => {
    const email = newAddress();
    const [here, ...others] = [await signedIn(email), await signedIn(email), await signedIn(email)];
    const stranger = await signedIn(newAddress());
    await here.submit('/account/sessions/end-others', {});
    expect(await isIn(here)).toBe(true);
    for (const other of others) expect(await isIn(other)).toBe(false);
    expect(await isIn(stranger)).toBe(true);
  });

  it('ends no session of anybody else, whatever id is sent', async () => {
    const [eve, bob] = [newAddress(), newAddress()];
    const [ofEve, ofEveToo, ofBob] = [await signedIn(eve), await signedIn(eve), await signedIn(bob)];
    const [id = ''] = idsOn(await page(ofEve));
    for (const session of [id, '', '%', "' or true --", id.slice(0, 8), '\0']) {
      await ofBob.submit('/account/sessions/end', { session });
    }
    expect([await isIn(ofEve), await isIn(ofEveToo), await isIn(ofBob)]).toEqual([true, true, true]);
  });

  it.each(['/account/sessions/end', '/account/sessions/end-others'])(
    'is changed by forms of its own alone: %s (security.md 9)',
    async (path) => {
      const email = newAddress();
      const [here, there] = [await signedIn(email), await signedIn(email)];
      const [session = ''] = idsOn(await page(here));
      expect((await here.submit(path, { session }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await here.get(`${path}?session=${session}`)).status).toBe(404);
      expect([await isIn(here), await isIn(there)]).toEqual([true, true]);
      expect((await gateway.browser().submit(path, { session })).status).toBe(303);
      expect(await isIn(there)).toBe(true);
    },
  );
});
