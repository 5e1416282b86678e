import { openId, OidcWorld } from '../testing/oidc-world.ts';
import { type Said, TestDirectory } from '../testing/test-directory.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const LOGIN = '/oidc/kite/google/login';

/** What an OpenID provider says of a person links only as far as it is believed: an address when it has verified it. */
describe('the first sign-in of a user of the directory at an OpenID provider', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      kite: {
        ...BETA,
        emailDomains: { 'kite.example': { verification: 'asserted' } },
        identityProviders: { google: openId('https://google.example') },
        scim: { tokens: { okta: {} } },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const provision = (said: Said) => new TestDirectory(oidc.world, 'kite').create(said);
  const signIn = async (claims: Readonly<Record<string, unknown>>) => {
    const browser = gateway.browser();
    const answer = await oidc.signIn(browser, LOGIN, claims);
    if (answer.status !== 303) return (await oidc.world.flowOn('kite', await answer.text()))?.code;
    return ((await (await browser.get('/session')).json()) as { user: { id: string } }).user.id;
  };

  it.each([
    ['a verified address', { email: 'ann@kite.example', email_verified: true }, 'ann@kite.example', {}],
    ['a subject that is the externalId', {}, 'ben', { externalId: 'sub of ben' }],
  ])('links by %s, then knows the subject', async (_, claims, userName, more) => {
    const id = await provision({ userName, ...more });
    const sub = `sub of ${userName}`;
    expect(await signIn({ sub, ...claims })).toBe(id);
    expect(await signIn({ sub })).toBe(id);
  });

  describe('does not link, and creates nobody beside', () => {
    beforeAll(async () => {
      for (const userName of ['cat@kite.example', 'cat@other.example', 'cat']) await provision({ userName });
    });

    it.each([
      ['an address that it has not verified', { sub: 'c', email: 'cat@kite.example', email_verified: false }],
      ['an address of another domain', { sub: 'd', email: 'cat@other.example', email_verified: true }],
      ['a subject that only looks like an address', { sub: 'cat@kite.example' }],
      ['an address whose @ is U+FF20', { sub: 'e', email: 'cat\uFF20kite.example', email_verified: false }],
      ['an address whose @ is U+FE6B', { sub: 'f', email: 'cat\uFE6Bother.example', email_verified: true }],
      ['an e-mail claim that is a userName and no address', { sub: 'g', email: 'cat', email_verified: true }],
    ])('by %s', async (_, claims) => {
      const before = await oidc.world.sql('select * from users');
      expect(await signIn(claims)).toBe('account_not_linkable');
      expect(await oidc.world.sql('select * from users')).toEqual(before);
    });
  });
});
