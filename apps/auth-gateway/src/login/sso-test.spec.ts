import { effective } from '@rolecall/org-config';
import { connectionDigest } from '@rolecall/persistence';
import { parseIdpMetadata } from '@rolecall/saml';
import { TEST_OTHER_KEY, TestIdp } from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
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

  const link = async (path = TEST) => (await world.testLink(path.split('/')[3] ?? '', 'okta')).path;

  it('shows facts, decision, trace and every step, and opens no session', async () => {
    const browser = gateway.browser();
    const answer = await browser.signIn(
      world.idp,
      await link(),
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
    const answer = await browser.signIn(
      world.idp,
      await link(),
      world.person('eve@acme.com', { role_mapping: 'marketing' }),
    );
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

  describe('without a link', () => {
    it('shows the outcome, and neither rules nor facts', async () => {
      const answer = await gateway
        .browser()
        .signIn(world.idp, TEST, world.person('eve@acme.com', { role_mapping: 'marketing', groups: ['staff'] }));
      const page = await answer.text();
      for (const shown of ['unmatched_role', 'access decided', '✗ failed', 'a test link that they make'])
        expect(page).toContain(shown);
      for (const secret of ['engineering', 'sales', 'marketing', 'vips', 'staff', 'eve@acme.com', 'mapping role'])
        expect(page).not.toContain(secret);
      expect(await world.flowOn('acme', page)).toMatchObject({ code: 'unmatched_role', steps: expect.anything() });
    });

    it('says no more of an answer that cannot be verified', async () => {
      const stranger = new TestIdp({ key: TEST_OTHER_KEY, entityId: 'https://stranger.example/idp' });
      const page = await (await gateway.browser().answer(stranger, TEST, world.person('eve@acme.com'))).text();
      expect(page).not.toContain('stranger.example');
      expect(page).not.toContain('Wanted');
    });
  });

  describe('by a one-time link', () => {
    const result = async (id: string) =>
      (await world.db.database.ssoTests.find(world.idOf('acme'), 'okta', id, world.now))?.result;

    it('asks before it begins, so that a scanner that opens the link uses nothing up', async () => {
      const { path } = await world.testLink('acme', 'okta');
      for (let visits = 0; visits < 3; visits++) {
        const answer = await gateway.browser().get(path);
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
        expect(answer.headers.get('content-security-policy')).toContain("form-action 'self' https:");
        expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
        const page = await answer.text();
        expect(page).toContain('Start the test');
        expect(page).toContain('not your name or address');
      }
      await gateway.browser().signIn(world.idp, path, world.person('eve@acme.com', { role_mapping: 'sales' }));
    });

    it('gives its maker rules, decision and the facts that decide, and hides what is the tester’s own', async () => {
      const { id, path } = await world.testLink('acme', 'okta');
      const attributes = {
        role_mapping: 'engineering',
        groups: ['vip', 'eve@acme.com'],
        firstName: 'Evelyn',
        badge: 'B-1234',
      };
      await gateway.browser().signIn(world.idp, path, world.person('eve@acme.com', attributes));
      const found = await result(id);
      expect(found).toMatchObject({
        outcome: 'succeeded',
        grants: expect.arrayContaining([{ scope: 'account/main', role: 'campaign-creator' }]),
        groups: ['inbox/vip'],
        rules: expect.arrayContaining([expect.objectContaining({ name: 'vips', matched: true })]),
        facts: expect.arrayContaining([
          { name: 'role_mapping', count: 1, values: ['engineering'] },
          { name: 'badge', count: 1 },
          { name: 'givenName', count: 1 },
        ]),
      });
      expect(JSON.stringify(found)).not.toMatch(/Evelyn|B-1234/);
      expect(gateway.logLines.join('')).not.toMatch(/Evelyn|B-1234|eve@acme/);
      expect(gateway.logLines.join('')).not.toContain(path.split('=')[1]);
    });

    it('gives its maker what was wanted and got of an answer that cannot be verified', async () => {
      const { id, path } = await world.testLink('acme', 'okta');
      const page = await gateway
        .browser()
        .answer(new TestIdp({ key: TEST_OTHER_KEY }), path, world.person('eve@acme.com'));
      expect(await page.text()).toContain('metadata');
      expect(await result(id)).toMatchObject({ outcome: 'refused', code: 'signature_invalid' });
      expect(await result(id)).not.toHaveProperty('facts');
    });

    it('has one result: then the link is over', async () => {
      const { path } = await world.testLink('acme', 'okta');
      const browser = gateway.browser();
      const person = world.person('eve@acme.com', { role_mapping: 'sales' });
      const begun = await browser.start(path);
      await browser.signIn(world.idp, path, person);
      expect((await browser.get(path)).status).toBe(400);
      // what began before goes on, and shows no more than a test without a link
      const answer = world.idp.respond({ connection: begun.connection, inResponseTo: begun.requestId, ...person });
      const posted = await browser.postResponse('/saml/acme/okta/acs', answer);
      expect(await (await browser.get(posted.headers.get('location') ?? '')).text()).not.toContain('role_mapping');
    });

    it.each<[string, (path: string) => string]>([
      ['with another token', (path) => path.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
      ['of another organization', (path) => path.replace('/acme/', '/next/')],
      ['that is no token', (path) => path.replace(/=.*/, "=' or 1=1")],
      ['that is empty', (path) => path.replace(/=.*/, '=')],
    ])('opens by no link %s', async (_, change) => {
      const [address = '', token = ''] = change((await world.testLink('acme', 'okta')).path).split('?link=');
      const opened = await gateway.browser().get(`${address}?link=${encodeURIComponent(token)}`);
      const begun = await gateway.browser().submit(address, { link: token });
      expect([opened.status, begun.status]).toEqual([400, 400]);
      expect(await begun.text()).toContain('This test link was used before or is too old');
    });

    it('is begun by our own page alone', async () => {
      const [address = '', token = ''] = (await world.testLink('acme', 'okta')).path.split('?link=');
      const answer = await gateway.browser().submit(address, { link: token }, { 'sec-fetch-site': 'cross-site' });
      expect(answer.status).toBe(403);
    });

    it('ends after half an hour', async () => {
      const { path } = await world.testLink('acme', 'okta');
      world.pass(30);
      expect((await gateway.browser().get(path)).status).toBe(400);
    });
  });

  describe('as evidence', () => {
    const evidence = () =>
      world.sql('select identity_provider, kind, revision, at from sso_evidence where org_id = $1', [
        world.idOf('acme'),
      ]);
    const signIn = (path: string, role: string, at = gateway) =>
      at.browser().signIn(world.idp, path, world.person('ned@acme.com', { role_mapping: role }));

    it('counts a test that succeeded, and none that failed', async () => {
      await world.sql('delete from sso_evidence');
      await signIn(TEST, 'nothing');
      expect(await evidence()).toEqual([]);
      await signIn(TEST, 'sales');
      expect(await evidence()).toEqual([{ identity_provider: 'okta', kind: 'test', revision: 1, at: world.now }]);
    });

    it('counts a real sign-in, once a day', async () => {
      await world.sql('delete from sso_evidence');
      const other = await world.startGateway();
      await signIn('/saml/acme/okta/login', 'nothing', other);
      expect(await evidence()).toEqual([]);
      await signIn('/saml/acme/okta/login', 'sales', other);
      expect(await evidence()).toMatchObject([{ kind: 'login', at: world.now }]);
      const first = world.now;
      world.pass(23 * 60);
      await signIn('/saml/acme/okta/login', 'sales', other);
      expect(await evidence()).toMatchObject([{ at: first }]);
      world.pass(61);
      await signIn('/saml/acme/okta/login', 'sales', other);
      expect(await evidence()).toMatchObject([{ at: world.now }]);
    });

    it('is of the connection as the admin API computes it', async () => {
      const document = {
        apiVersion: 'rolecall/v1',
        kind: 'Organization',
        metadata: { name: 'acme' },
        spec: ACME,
      } as const;
      const metadata = parseIdpMetadata(world.idp.metadata(), { now: world.now, allowHttp: false });
      await signIn(TEST, 'sales');
      expect(await world.sql('select connection_digest from sso_evidence')).toEqual([
        { connection_digest: connectionDigest(effective(document).identityProviders['okta']!, metadata) },
      ]);
    });
  });
});
