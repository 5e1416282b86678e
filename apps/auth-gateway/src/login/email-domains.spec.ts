import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

describe('an asserted e-mail address', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    const provider = { type: 'saml', metadata: { xml: '' } } as const;
    world = await TestWorld.open({
      kite: {
        ...BETA,
        emailDomains: { 'kite.example': { verification: 'asserted' } },
        identityProviders: { okta: provider, google: provider },
      },
      lark: { ...BETA, identityProviders: { okta: provider } },
    });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const as = (nameId: string, email: string) => ({ ...world.person(nameId, { email }), nameIdFormat: PERSISTENT });
  const signIn = (person: ReturnType<typeof as>, idp = 'okta') =>
    gateway.browser().signIn(world.idp, `/saml/kite/${idp}/login`, person);
  const codeOf = async (answer: Response) => (await world.flowOn('kite', await answer.text()))?.code;

  it('of a foreign domain is refused to a known user too, and the stored one stays', async () => {
    await signIn(as('ann', 'ann@kite.example'));
    const refused = await signIn(as('ann', 'ceo@victim.example'));
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'email_domain_not_allowed']);
    const emails = await world.sql(`select email from users where email like 'ann@%' or email like 'ceo@%'`);
    expect(emails).toEqual([{ email: 'ann@kite.example' }]);
  });

  it('of another organization’s domain is refused where none are declared as well, unless the user had it before (O8)', async () => {
    const at = (nameId: string, email: string) =>
      gateway.browser().signIn(world.idp, '/saml/lark/okta/login', as(nameId, email));
    const codeAt = async (answer: Response) => (await world.flowOn('lark', await answer.text()))?.code;
    for (const domain of ['kite.example', 'kite.example.', '\u212aite.example', 'victim.example@kite.example'])
      expect(await codeAt(await at('mia', `mia@${domain}`))).toBe('email_domain_not_allowed');
    for (const sign of ['\uff20', '\ufe6b'])
      expect(await codeAt(await at('mia', `mia${sign}kite.example`))).toBe('email_domain_not_allowed');
    await at('zoe', 'zoe@lark.example');
    expect(await codeAt(await at('zoe', 'zoe@KITE.example'))).toBe('email_domain_not_allowed');
    await world.sql(`update users set email = 'zoe@kite.example' where email = 'zoe@lark.example'`);
    expect((await at('zoe', 'zoe@kite.example')).status).toBe(303);
    expect(await world.sql(`select 1 from users where email like 'mia@%'`)).toEqual([]);
  });

  it('is looked up without a second connection: more first sign-ins at once than there are connections', async () => {
    const people = Array.from({ length: 24 }, (_, index) => as(`new${index}`, `new@company${index}.example`));
    const signedIn = people.map((person) => gateway.browser().signIn(world.idp, '/saml/lark/okta/login', person));
    expect((await Promise.all(signedIn)).map(({ status }) => status)).toEqual(people.map(() => 303));
  });

  it.each([
    ['a look-alike of the domain', 'bo@\u212aite.example'],
    ['two @', 'bo@victim.example@kite.example'],
    ['two addresses', 'bo@victim.example,bo@kite.example'],
    ['a quoted address before it', '"bo@victim.example"@kite.example'],
    ['white space', 'bo @kite.example'],
    ['nothing before the @', '@kite.example'],
    ['a subdomain', 'bo@sub.kite.example'],
    ['a zero-width space', 'bo@kite\u200b.example'],
  ])('with %s is none of the organization', async (_, email) => {
    expect(await codeOf(await signIn(as('bo', email)))).toBe('email_domain_not_allowed');
  });

  it('links nobody by a look-alike of the part before the @', async () => {
    await signIn(as('kim', 'kim@kite.example'));
    await signIn(as('other', '\u212aim@kite.example'), 'google');
    expect(await world.sql(`select count(*)::int as n from users where email like '%im@kite.example'`)).toEqual([
      { n: 2 },
    ]);
  });

  it('does not come from a NameID whose format does not say so', async () => {
    const refused = await signIn({ ...world.person('dan@kite.example'), nameIdFormat: UNSPECIFIED });
    expect(await codeOf(refused)).toBe('email_missing');
  });

  it('links no second NameID of one identity provider, whatever its format', async () => {
    await signIn(as('eva@kite.example', 'eva@kite.example'));
    await signIn({ ...as('eva@kite.example', 'eva@kite.example'), nameIdFormat: UNSPECIFIED });
    expect(await world.sql(`select email from users where email = 'eva@kite.example'`)).toHaveLength(2);
  });

  it('makes no account for a NameID that is another one at the next login', async () => {
    const refused = await gateway
      .browser()
      .answer(world.idp, '/saml/kite/okta/login', { ...as('_t1', 'tim@kite.example'), nameIdFormat: TRANSIENT });
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'name_id_transient']);
    expect(await world.sql(`select email from users where email = 'tim@kite.example'`)).toEqual([]);
  });

  it.each([
    ['an e-mail address', { email: `${'long'.repeat(70)}@kite.example` }],
    ['a name', { email: 'zoe@kite.example', displayName: 'Zoe '.repeat(70) }],
  ])('is refused with %s that is longer than any real one', async (_, attributes) => {
    const refused = await signIn({ ...world.person('zoe', attributes), nameIdFormat: PERSISTENT });
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'value_too_long']);
  });

  it('is refused with a format of the NameID that is longer than any real one', async () => {
    const long = { ...as('max-format', 'max-format@kite.example'), nameIdFormat: `urn:${'x'.repeat(300)}` };
    const refused = await gateway.browser().answer(world.idp, '/saml/kite/okta/login', long);
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'value_too_long']);
  });

  it('links one user once when two browsers come with it at the same moment', async () => {
    await signIn(as('lin', 'lin@kite.example'));
    const lin = as('lin', 'lin@kite.example');
    const entered = await world.atOnce(gateway, '/saml/kite/google/login', [lin, lin, lin]);
    expect(entered.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await world.sql(`select email from users where email = 'lin@kite.example'`)).toHaveLength(1);
  });

  it('links one of two NameIDs of one identity provider that come at the same moment', async () => {
    await signIn(as('max', 'max@kite.example'));
    const both = ['max-0', 'max-1'].map((nameId) => as(nameId, 'max@kite.example'));
    await world.atOnce(gateway, '/saml/kite/google/login', both);
    const linked = await world.sql(
      `select i.user_id from identities i join users u using (org_id, user_id)
       where u.email = 'max@kite.example' and i.identity_provider = 'google' group by i.user_id having count(*) > 1`,
    );
    expect(linked).toEqual([]);
  });
});
