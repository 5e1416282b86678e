import { TEST_OTHER_KEY } from '@rolecall/saml/testing';
import { type TestGateway, TestIdp } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const TEST = '/sso/test/acme/okta';

describe('/sso/test', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      acme: ACME,
      next: { ...BETA, identityProviders: { okta: { type: 'saml', metadata: { xml: '' }, enabled: false } } },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  it('shows facts, decision, trace and every step, and opens no session', async () => {
    const browser = gateway.browser();
    const answer = await browser.signIn(
      world.idp,
      TEST,
      world.person('eve@acme.com', { role_mapping: 'engineering', note: '<script>alert(1)</script>' }),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const page = await answer.text();
    for (const shown of [
      'Success',
      'campaign-creator',
      'vips',
      'role_mapping',
      'eve@acme.com',
      'same browser',
      'just in time',
    ]) {
      expect(page).toContain(shown);
    }
    expect(page).not.toContain('<script>');
    expect((await browser.get('/session')).status).toBe(401);
    expect(await world.sql('select * from users')).toEqual([]);
    expect(await world.flowOn('acme', page)).toMatchObject({
      kind: 'saml-test',
      outcome: 'succeeded',
      userId: undefined,
    });
    expect((await world.audit('acme')).map(({ type, data }) => [type, data])).toEqual([
      ['sso.tested', { identityProvider: 'okta', outcome: 'succeeded' }],
    ]);
  });

  it('says what a login would be refused for, and changes nothing of a user who is there', async () => {
    const browser = gateway.browser();
    await browser.signIn(
      world.idp,
      '/saml/acme/okta/login',
      world.person('eve@acme.com', { role_mapping: 'engineering' }),
    );
    const answer = await browser.signIn(world.idp, TEST, world.person('eve@acme.com', { role_mapping: 'marketing' }));
    const page = await answer.text();
    expect(page).toContain('unmatched_role');
    expect(page).toContain('role_mapping: marketing');
    expect(await (await browser.get('/session')).json()).toMatchObject({
      grants: { 'account/main': ['campaign-creator'] },
    });
  });

  it('says what is wrong with an answer that cannot be verified', async () => {
    const stranger = new TestIdp({ key: TEST_OTHER_KEY });
    const answer = await gateway.browser().answer(stranger, TEST, world.person('eve@acme.com'));
    const page = await answer.text();
    expect(answer.status).toBe(400);
    expect(page).toContain('Test of Okta for Acme Corp');
    expect(page).toContain('signature_invalid');
    expect((await world.audit('acme')).at(-1)).toMatchObject({
      type: 'sso.tested',
      data: { outcome: 'refused', code: 'signature_invalid' },
    });
  });

  it('works before the identity provider is switched on', async () => {
    const browser = gateway.browser();
    const answer = await browser.signIn(world.idp, '/sso/test/next/okta', world.person('eve@next.example'));
    expect(await answer.text()).toContain('Success');
    expect((await browser.get('/session')).status).toBe(401);
  });
});
