import { openId, OidcWorld } from '../testing/oidc-world.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const provider = { type: 'saml', metadata: { xml: '' } } as const;
const ISSUER = 'https://shared.example';

describe('who a subject is', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      kite: {
        ...BETA,
        emailDomains: { 'kite.example': { verification: 'asserted' } },
        identityProviders: { okta: provider, one: openId(ISSUER), two: openId(ISSUER) },
      },
      open: { ...BETA, identityProviders: { one: openId(ISSUER), two: openId(ISSUER) } },
      other: {
        ...BETA,
        emailDomains: { 'other.example': { verification: 'asserted' } },
        identityProviders: { okta: provider, one: openId(ISSUER) },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const saml = (nameId: string, email: string, organization = 'kite') =>
    gateway.browser().signIn(oidc.world.idp, `/saml/${organization}/okta/login`, {
      ...oidc.world.person(nameId, { email }),
      nameIdFormat: PERSISTENT,
    });
  const openIdLogin = async (path: string, sub: string, email?: string) => {
    const browser = gateway.browser();
    const claims = { sub, ...(email === undefined ? {} : { email, email_verified: true }) };
    expect((await oidc.signIn(browser, `/oidc/${path}/login`, claims)).status).toBe(303);
    return ((await (await browser.get('/session')).json()) as { user: { id: string; email?: string } }).user;
  };
  const people = (like: string) =>
    oidc.world.sql(
      `select u.email, i.identity_provider as idp, i.name_id as subject, count(*) over (partition by u.user_id)::int as identities
       from users u join identities i using (org_id, user_id) where u.email like $1 order by 1, 2, 3`,
      [like],
    );

  it('is the same person under a new address', async () => {
    await saml('ann-1', 'ann@kite.example');
    await saml('ann-1', 'ann.married@kite.example');
    expect(await people('ann%')).toEqual([
      { email: 'ann.married@kite.example', idp: 'okta', subject: 'ann-1', identities: 1 },
    ]);
  });

  it('is never another person whose address it is given: both keep what they had', async () => {
    await saml('ceo-1', 'ceo@kite.example');
    await saml('mal-1', 'mal@kite.example');
    expect((await saml('mal-1', 'CEO@kite.example')).status).toBe(303);
    expect(await people('%@kite.example')).toEqual(
      expect.arrayContaining([
        { email: 'ceo@kite.example', idp: 'okta', subject: 'ceo-1', identities: 1 },
        { email: 'mal@kite.example', idp: 'okta', subject: 'mal-1', identities: 1 },
      ]),
    );
    const events = await oidc.world.audit('kite');
    const { traceId = '' } = events.findLast(({ type }) => type === 'login.succeeded') ?? {};
    const flow = await oidc.world.db.database.inOrganization(oidc.world.idOf('kite'), (tx) => tx.findFlow(traceId));
    expect(flow?.steps.map(({ check }) => check)).toContain('email_kept');
    expect(
      events.filter(({ type, data }) => type === 'user.updated' && String(data['fields']).includes('email')),
    ).toHaveLength(1);
  });

  it('may have the address of somebody who is gone', async () => {
    await saml('old-1', 'desk@kite.example');
    await saml('new-1', 'trainee@kite.example');
    await oidc.world.sql(`delete from users where email = 'desk@kite.example'`);
    await saml('new-1', 'desk@kite.example');
    expect(await people('desk%')).toEqual([
      { email: 'desk@kite.example', idp: 'okta', subject: 'new-1', identities: 1 },
    ]);
  });

  it('is another one at each connection of one issuer, though the `sub` is the same', async () => {
    const first = await openIdLogin('open/one', 'same-sub');
    const second = await openIdLogin('open/two', 'same-sub');
    const elsewhere = await openIdLogin('other/one', 'same-sub', 'x@other.example');
    expect(new Set([first.id, second.id, elsewhere.id]).size).toBe(3);
    expect((await openIdLogin('open/one', 'same-sub')).id).toBe(first.id);
  });

  it('is linked by a verified address inside the organization only, and the audit log says how', async () => {
    await saml('eve-1', 'eve@kite.example');
    await saml('eve-1', 'eve@other.example', 'other');
    await openIdLogin('kite/one', 'eve-sub', 'eve@kite.example');
    expect(await people('eve@kite%')).toEqual([
      { email: 'eve@kite.example', idp: 'okta', subject: 'eve-1', identities: 2 },
      { email: 'eve@kite.example', idp: 'one', subject: 'eve-sub', identities: 2 },
    ]);
    const linked = (await oidc.world.audit('kite')).filter(({ type }) => type === 'identity.linked');
    expect(linked.map(({ data }) => data)).toEqual([{ identityProvider: 'one', how: 'verified_email' }]);
    expect((await oidc.world.audit('other')).filter(({ type }) => type === 'identity.linked')).toEqual([]);
  });
});
