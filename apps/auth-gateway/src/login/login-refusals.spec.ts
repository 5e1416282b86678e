import { sentenceOf } from '../errors/sentences.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const NAMED = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

describe('a refused login', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      acme: ACME,
      beta: BETA,
      invited: { ...BETA, jit: { enabled: false } },
      domains: { ...BETA, emailDomains: { 'domains.example': { verification: 'asserted' } } },
      old: { ...BETA, identityProviders: { okta: { type: 'saml', metadata: { xml: '' }, enabled: false } } },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const users = async (organization: string) =>
    (await world.sql('select count(*)::int as n from users where org_id = $1', [world.idOf(organization)]))[0]?.['n'];

  it.each([
    ['acme', 'unmatched_role', 'mo@acme.com', { role_mapping: 'marketing' }, 'customer', 'role_mapping: marketing'],
    ['acme', 'missing_role_mapping', 'mo@acme.com', {}, 'customer', 'role_mapping: absent'],
    ['domains', 'email_domain_not_allowed', 'mo@elsewhere.example', {}, 'customer', 'an address of elsewhere.example'],
    ['domains', 'email_domain_not_allowed', 'mo@domains.example.', {}, 'customer', 'an address of no domain'],
    ['invited', 'not_provisioned', 'mo@invited.example', {}, 'customer', 'no user with this subject'],
  ])(
    'of %s, %s, says whom to ask and keeps the reason for the operator',
    async (organization, code, email, attributes, mustAct, got) => {
      const browser = gateway.browser();
      const before = await users(organization);
      const refused = await browser.signIn(
        world.idp,
        `/saml/${organization}/okta/login`,
        world.person(email, attributes),
      );
      expect(refused.status).toBe(403);
      const page = await refused.text();
      expect(page).toContain(sentenceOf(code).sentence);
      expect(page).not.toContain('marketing');
      const flow = await world.flowOn(organization, page);
      expect(flow).toMatchObject({ outcome: 'refused', code, mustAct });
      const failed = flow?.steps.at(-1);
      expect(failed).toMatchObject({ passed: false, want: expect.any(String), got });
      expect((await world.audit(organization)).at(-1)).toMatchObject({
        type: 'login.refused',
        data: { code },
        traceId: flow?.traceId,
      });
      expect((await browser.get('/session')).status).toBe(401);
      expect(await users(organization)).toBe(before);
    },
  );

  it('names the values that are known', async () => {
    const refused = await gateway
      .browser()
      .signIn(world.idp, '/saml/acme/okta/login', world.person('mo@acme.com', { role_mapping: ['a', 'b'] }));
    const flow = await world.flowOn('acme', await refused.text());
    expect(flow?.steps.at(-1)).toMatchObject({
      want: 'role_mapping: one of engineering, sales',
      got: 'role_mapping: a, b',
    });
  });

  it('for want of an e-mail address, where domains decide', async () => {
    const subject = { ...world.person('subject-9'), nameIdFormat: NAMED };
    const refused = await gateway.browser().signIn(world.idp, '/saml/domains/okta/login', subject);
    expect(await world.flowOn('domains', await refused.text())).toMatchObject({ code: 'email_missing' });
  });

  it('takes the grants that have no source any more, also from a session that is open elsewhere', async () => {
    const [laptop, phone] = [gateway.browser(), gateway.browser()];
    await laptop.signIn(
      world.idp,
      '/saml/acme/okta/login',
      world.person('ex@acme.com', { role_mapping: 'engineering' }),
    );
    expect(await (await laptop.get('/session')).json()).toMatchObject({
      grants: { 'account/main': ['campaign-creator'] },
    });
    await phone.signIn(world.idp, '/saml/acme/okta/login', world.person('ex@acme.com', { role_mapping: 'left' }));
    expect(await (await laptop.get('/session')).json()).toMatchObject({ grants: {}, groups: [] });
    const types = (await world.audit('acme')).slice(-2).map(({ type }) => type);
    expect(types).toEqual(['grants.changed', 'login.refused']);
  });

  it('of a disabled user, by any way in', async () => {
    const browser = gateway.browser();
    const person = world.person('off@beta.example');
    await browser.signIn(world.idp, '/saml/beta/okta/login', person);
    await world.sql(`update users set status = 'disabled' where email = 'off@beta.example'`);
    expect((await browser.get('/session')).status).toBe(401);
    const refused = await browser.signIn(world.idp, '/saml/beta/okta/login', person);
    expect(await world.flowOn('beta', await refused.text())).toMatchObject({ code: 'user_disabled' });
  });

  it('of an identity provider that is switched off, before anybody is sent there', async () => {
    const browser = gateway.browser();
    const refused = await browser.get('/saml/old/okta/login');
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([403, null]);
    expect(await world.flowOn('old', await refused.text())).toMatchObject({
      code: 'idp_disabled',
      mustAct: 'platform',
      vendor: 'generic',
    });
    expect(await (await browser.get('/login/old')).text()).not.toContain('Continue with');
  });

  it('of names that do not exist is a 404 that says nothing of what exists', async () => {
    const pages = await Promise.all(
      [
        '/saml/nobody/okta/login',
        '/saml/acme/nobody/login',
        '/saml/acme/constructor/metadata',
        '/login/nobody',
        '/login/..%2facme',
        '/login/%00',
        '/nowhere',
      ].map(async (path) => (await gateway.browser().get(path)).status),
    );
    expect(new Set(pages)).toEqual(new Set([404]));
  });
});

describe('login CSRF', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const handle = async () => {
    const attacker = gateway.browser();
    const posted = await attacker.answer(
      world.idp,
      '/saml/acme/okta/login',
      world.person('mallory@acme.com', { role_mapping: 'sales' }),
    );
    return { attacker, path: posted.headers.get('location') ?? '' };
  };

  it.each([
    ['a browser without a cookie', async () => gateway.browser()],
    [
      'a browser with a login of its own',
      async () => {
        const victim = gateway.browser();
        await victim.start('/saml/acme/okta/login');
        return victim;
      },
    ],
  ])('with %s is refused, and the handle is burnt', async (_, victimOf) => {
    const { attacker, path } = await handle();
    const victim = await victimOf();
    const refused = await victim.get(path);
    expect(refused.status).toBe(400);
    const page = await refused.text();
    expect(page).toContain('another browser');
    expect(await world.flowOn('acme', page)).toMatchObject({ code: 'other_browser', outcome: 'refused' });
    expect((await victim.get('/session')).status).toBe(401);
    expect((await attacker.get(path)).status).toBe(400);
    expect(await world.sql('select * from users')).toEqual([]);
  });

  it('a handle works once, and for ten minutes', async () => {
    const used = await handle();
    expect((await used.attacker.get(used.path)).status).toBe(303);
    const again = await used.attacker.get(used.path);
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('This sign-in is over')]);
    const late = await handle();
    world.pass(11);
    expect((await late.attacker.get(late.path)).status).toBe(400);
  });

  it('a handle is not used up by whoever only asks for the headers', async () => {
    const { attacker: browser, path } = await handle();
    const asked = await fetch(gateway.address + path, { method: 'HEAD', redirect: 'manual' });
    expect([asked.status, asked.headers.getSetCookie()]).toEqual([404, []]);
    expect((await browser.get(path)).status).toBe(303);
  });

  it.each(['', '?h=', '?h=x', `?h=${'a'.repeat(64)}`, '?h=a&h=b'])('/saml/continue%s is no way in', async (query) => {
    const answer = await gateway.browser().get(`/saml/continue${query}`);
    expect(answer.status).toBe(400);
  });
});
