import { HeldLock } from '../testing/held-lock.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import { type Said, TestDirectory } from '../testing/test-directory.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/acme/okta/login';
const scim = { tokens: { okta: {} } };
const idp = { type: 'saml', metadata: { xml: '' } } as const;
const ROLE = { role_mapping: 'engineering' };
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

describe('a login of somebody whom the directory manages', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({
      acme: { ...ACME, scim, jit: { enabled: false } },
      open: { ...ACME, emailDomains: { 'open.example': { verification: 'asserted' } }, scim },
      two: {
        ...ACME,
        emailDomains: { 'two.example': { verification: 'asserted' }, 'sub.example': { verification: 'asserted' } },
        scim,
        identityProviders: { okta: idp, agency: idp, partner: { ...idp, emailDomains: ['sub.example'] } },
      },
      former: { ...ACME, emailDomains: { 'former.example': { verification: 'asserted' } }, scim },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const provision = (organization: string, said: Said) => new TestDirectory(world, organization).create(said);
  const login = async (
    nameId: string,
    attributes: Readonly<Record<string, string>> = {},
    path = LOGIN,
    nameIdFormat?: string,
  ): Promise<{ browser: TestBrowser; answer: Response }> => {
    const browser = gateway.browser();
    const person = { nameId, attributes, now: world.now, ...(nameIdFormat && { nameIdFormat }) };
    return { browser, answer: await browser.signIn(world.idp, path, person) };
  };
  const session = async (browser: TestBrowser) => {
    const answer = await browser.get('/session');
    return answer.status === 200 ? await answer.json() : answer.status;
  };
  const refusal = async (organization: string, answer: Response) => {
    const flow = await world.flowOn(organization, await answer.text());
    return [flow?.code, flow?.steps.at(-1)?.got ?? ''] as const;
  };
  const user = async (id: string) => (await world.sql('select * from users where user_id = $1', [id]))[0];
  const identities = (id: string) =>
    world.sql(
      `select identity_provider as idp, name_id as subject, facts from identities
       where user_id = $1 and identity_provider <> '@directory'`,
      [id],
    );

  it.each([
    ['by a verified address', { userName: 'ann', email: 'ann@acme.com' }, 'ann-1', { email: 'ANN@acme.com' }],
    ['by the userName, an address', { userName: 'Bob@Acme.com' }, 'bob@acme.com', {}],
    ['by the userName, no address', { userName: 'CARL', email: 'c@acme.com' }, 'carl', {}],
    ['by the externalId', { userName: 'dan', externalId: '00uDAN' }, '00uDAN', {}],
  ])('is linked at the first sign-in: %s', async (_, said, nameId, attributes) => {
    const id = await provision('acme', { ...said, facts: ROLE, roles: ['campaign-creator'] });
    const { browser } = await login(nameId, attributes, LOGIN, PERSISTENT);
    expect(await session(browser)).toMatchObject({
      user: { id, displayName: 'Of The Directory' },
      grants: { 'account/main': ['campaign-creator'] },
      identityProvider: 'okta',
    });
    expect(await user(id)).toMatchObject({ status: 'active', deciding_identity_provider: '@directory' });
    expect(await identities(id)).toEqual([{ idp: 'okta', subject: nameId, facts: {} }]);
    const again = await login(nameId, {}, LOGIN, PERSISTENT);
    expect(await session(again.browser)).toMatchObject({ user: { id } });
    const events = (await world.audit('acme')).filter(({ actor, subject }) => subject === id && actor.kind === 'user');
    expect(events.map(({ type, data }) => [type, data['how']])).toEqual([
      ['identity.linked', 'directory'],
      ['login.succeeded', undefined],
      ['session.opened', undefined],
      ['login.succeeded', undefined],
      ['session.opened', undefined],
    ]);
  });

  it('changes neither access nor profile, whatever the identity provider says', async () => {
    const email = 'eve@acme.com';
    const id = await provision('acme', { userName: email, email, facts: ROLE, roles: ['campaign-creator'] });
    const before = await user(id);
    for (let n = 0; n < 2; n += 1) {
      const said = { role_mapping: 'sales', groups: 'vip', email: 'other@acme.com', name: 'Somebody Else' };
      const { browser } = await login(email, said);
      expect(await session(browser)).toMatchObject({
        user: { id, email, displayName: 'Of The Directory' },
        grants: { 'account/main': ['campaign-creator'] },
        groups: [],
      });
    }
    expect(await user(id)).toEqual({ ...before, status: 'active' });
  });

  it('is refused when the directory says what the mapping refuses, whatever the identity provider says', async () => {
    const email = 'fay@acme.com';
    const id = await provision('acme', { userName: email, facts: { role_mapping: 'marketing' } });
    const { answer } = await login(email, ROLE);
    const [code, got] = await refusal('acme', answer);
    expect(code).toBe('unmatched_role');
    expect(got).toMatch(/decided by the directory \(SCIM\); rolecall scim log acme .* role_mapping: marketing/);
    expect(await user(id)).toMatchObject({ status: 'invited' });
    expect(await identities(id)).toEqual([]);
  });

  it('is refused when the directory has deactivated the user, known or not', async () => {
    const email = 'gil@acme.com';
    const id = await provision('acme', { userName: email, facts: ROLE });
    await login(email);
    await provision('acme', { userName: 'hal@acme.com', facts: ROLE, active: false });
    await world.sql(`update users set status = 'disabled' where user_id = $1`, [id]);
    for (const name of [email, 'hal@acme.com']) {
      const { answer } = await login(name, ROLE);
      expect((await refusal('acme', answer))[0]).toBe('user_deactivated');
    }
  });

  it('is refused when the directory deactivates the user in the middle', async () => {
    const email = 'ida@acme.com';
    const id = await provision('acme', { userName: email, facts: ROLE });
    await login(email);
    const browser = gateway.browser();
    const posted = await browser.answer(world.idp, LOGIN, world.person(email));
    const deactivation = `update users set status = 'disabled' where user_id = '${id}'`;
    const lock = await HeldLock.by(deactivation, world.db.ownerUrl);
    const entering = browser.get(posted.headers.get('location') ?? '');
    await lock.blocked(); // the login has found the user active
    await lock.commit();
    expect((await refusal('acme', await entering))[0]).toBe('user_deactivated');
    expect(await world.sql('select * from sessions where user_id = $1', [id])).toHaveLength(1);
  });

  it('is refused when several users are meant', async () => {
    await provision('acme', { userName: 'jan@acme.com', facts: ROLE });
    await provision('acme', { userName: 'jan', email: 'jan@acme.com', facts: ROLE });
    const { answer } = await login('jan@acme.com');
    expect(await refusal('acme', answer)).toEqual(['account_ambiguous', expect.stringMatching(/^2 with/)]);
  });

  it('passes over a user who is gone, whose address another has now', async () => {
    const email = 'kim@acme.com';
    await provision('acme', { userName: 'kim-1', email, facts: ROLE, active: false });
    const id = await provision('acme', { userName: 'kim-2', email, facts: ROLE });
    const { browser } = await login(email);
    expect(await session(browser)).toMatchObject({ user: { id } });
  });

  it('lets nobody in whom the directory has not provisioned, where jit.enabled is false', async () => {
    const { answer } = await login('stranger@acme.com', ROLE);
    expect((await refusal('acme', answer))[0]).toBe('not_provisioned');
  });

  describe('where jit.enabled is true', () => {
    const OPEN = '/saml/open/okta/login';

    it('creates strangers, and nobody beside a user of the directory who has another subject there', async () => {
      const id = await provision('open', { userName: 'lea@open.example', facts: ROLE });
      await login('lea@open.example', {}, OPEN);
      const { answer } = await login('lea-anew', { ...ROLE, email: 'lea@open.example' }, OPEN, PERSISTENT);
      expect(await refusal('open', answer)).toEqual(['account_not_linkable', expect.stringContaining(id)]);
      const stranger = await login('new@open.example', ROLE, OPEN);
      expect(await session(stranger.browser)).toMatchObject({ user: { email: 'new@open.example' } });
    });

    it.each(['@', '\uFF20', '\uFE6B'])(
      'believes no address of a domain that the organization does not have, written with %s',
      async (at) => {
        const userName = `max-${at.charCodeAt(0)}@elsewhere.example`;
        const name = userName.replace('@', at);
        await provision('open', { userName, externalId: name, facts: ROLE });
        for (const [nameId, said] of [
          [name, ROLE],
          ['max-1', { ...ROLE, email: name }],
        ] as const) {
          const { answer } = await login(nameId, said, OPEN, PERSISTENT);
          expect((await refusal('open', answer))[0]).toBe('account_not_linkable');
        }
      },
    );

    it('believes an identity provider of some domains only addresses of these', async () => {
      const PARTNER = '/saml/two/partner/login';
      await provision('two', { userName: 'boss@two.example', externalId: 'boss-1', facts: ROLE });
      const id = await provision('two', { userName: 'sub@sub.example', facts: ROLE });
      for (const name of ['boss@two.example', 'boss-1']) {
        const { answer } = await login(name, { ...ROLE, email: 'x@sub.example' }, PARTNER, PERSISTENT);
        expect((await refusal('two', answer))[0]).toBe('account_not_linkable');
      }
      const { browser } = await login('sub@sub.example', {}, PARTNER);
      expect(await session(browser)).toMatchObject({ user: { id } });
    });
  });

  it('believes no other identity provider a name that is no address, once the user signs in at one', async () => {
    const AGENCY = '/saml/two/agency/login';
    const [name, externalId, email] = ['jdoe', 'jdoe-1', 'jdoe@two.example'];
    const id = await provision('two', { userName: name, externalId, email, facts: ROLE });
    await login(name, {}, '/saml/two/okta/login', PERSISTENT);
    for (const subject of [name, externalId]) {
      const { answer } = await login(subject, ROLE, AGENCY, PERSISTENT);
      const elsewhere = expect.stringMatching(`${id} by a name that is no address, and signs in at okta`);
      expect(await refusal('two', answer)).toEqual(['account_not_linkable', elsewhere]);
    }
    expect(await identities(id)).toMatchObject([{ idp: 'okta' }]);
    const { browser } = await login('another', { email }, AGENCY, PERSISTENT);
    expect(await session(browser)).toMatchObject({ user: { id }, identityProvider: 'agency' });
  });

  it('is decided by what was said last before, until the directory changes somebody whom it adopted', async () => {
    const email = 'nell@open.example';
    const OPEN = '/saml/open/okta/login';
    const first = await login(email, ROLE, OPEN);
    const { user: nell } = (await session(first.browser)) as { user: { id: string } };
    expect(await new TestDirectory(world, 'open').create({ userName: email, email }, email)).toBe(nell.id);
    const second = await login(email, { role_mapping: 'marketing', email: 'nell.new@open.example' }, OPEN);
    expect(await session(second.browser)).toMatchObject({
      user: { email },
      grants: { 'account/main': ['campaign-creator'] },
    });
    expect(await identities(nell.id)).toMatchObject([{ facts: { role_mapping: ['engineering'] } }]);
    const gone = `update identities set facts = '{"role_mapping": "gone"}' where user_id = $1 and identity_provider = 'okta'`;
    await world.sql(gone, [nell.id]);
    const [code, got] = await refusal('open', (await login(email, ROLE, OPEN)).answer);
    expect([code, got]).toEqual(['unmatched_role', expect.stringContaining('keeps what okta said before')]);
  });

  it('is decided by the login again when the document has no directory any more', async () => {
    const FORMER = '/saml/former/okta/login';
    const email = 'otto@former.example';
    const id = await provision('former', { userName: email, facts: ROLE, roles: ['campaign-creator'] });
    await login(email, {}, FORMER);
    await world.change('former', { ...ACME, emailDomains: { 'former.example': { verification: 'asserted' } } });
    await world.until(async () => {
      const { browser } = await login(email, { role_mapping: 'sales', email }, FORMER);
      const now = (await session(browser)) as { grants: object };
      return JSON.stringify(now.grants) === '{"account/main":["member"]}';
    });
    expect(await user(id)).toMatchObject({ deciding_identity_provider: 'okta', email });
  });

  it('shows at /sso/test whose facts decide', async () => {
    const email = 'pam@acme.com';
    await provision('acme', { userName: email, facts: { ...ROLE, department: 'Ships' } });
    const browser = gateway.browser();
    const person = world.person(email, { role_mapping: 'sales', department: 'Trains' });
    const page = await (await browser.signIn(world.idp, (await world.testLink('acme', 'okta')).path, person)).text();
    for (const shown of ['by the directory (SCIM), not by this sign-in', 'What the directory (SCIM) says', 'Ships']) {
      expect(page).toContain(shown);
    }
    expect(page).not.toContain('Trains');
  });
});
