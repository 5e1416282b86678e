import type { OrganizationSpec } from '@rolecall/org-config';
import { OidcWorld, openId } from './testing/oidc-world.ts';
import { type RoundRobin, startRoundRobin } from './testing/round-robin.ts';
import { TestBrowser } from './testing/test-browser.ts';
import type { TestGateway } from './testing/test-gateway.ts';
import { ACME, TestWorld } from './testing/test-world.ts';

const ISSUER = 'https://op.example';
const GLOBEX: OrganizationSpec = {
  scopes: { 'account/main': {} },
  identityProviders: { google: openId(ISSUER) },
  jit: { defaults: { grants: { 'account/main': ['member'] } } },
  authorization: { unmatched: 'defaults' },
};
const okta = { ...ACME.identityProviders?.['okta'], type: 'saml', metadata: { xml: '' } } as const;
const LOGIN = '/saml/acme/okta/login';

/** Two processes' worth of gateway on one database, behind a balancer that alternates with every request. */
describe('two gateways', () => {
  let oidc: OidcWorld;
  let world: TestWorld;
  let gateways: readonly TestGateway[];
  let balancer: RoundRobin;

  beforeEach(async () => {
    const acme = { ...ACME, identityProviders: { okta: { ...okta, allowIdpInitiated: true } } };
    oidc = await OidcWorld.open({ acme, globex: GLOBEX });
    ({ world } = oidc);
    gateways = [await oidc.startGateway(), await oidc.startGateway()];
    balancer = await startRoundRobin(gateways.map(({ address }) => address));
  });
  afterEach(async () => {
    await balancer?.close();
    await world?.close();
  });

  const browser = () => new TestBrowser(balancer.address);
  const eve = () => world.person('eve@acme.com', { role_mapping: 'engineering' });
  /** The browser at each of the two, with the cookies that it has now. */
  const atBoth = <T>(from: TestBrowser, act: (each: TestBrowser) => Promise<T>) =>
    Promise.all(gateways.map(({ address }) => act(from.at(address))));
  const statusesOf = (from: TestBrowser, path: string) => atBoth(from, async (each) => (await each.get(path)).status);

  it('share a SAML login: begun at one, answered at the other, ended at the first', async () => {
    const eves = browser();
    expect((await eves.signIn(world.idp, LOGIN, eve())).status).toBe(303);
    expect(balancer.served).toEqual([`0 GET ${LOGIN}`, '1 POST /saml/acme/okta/acs', '0 GET /saml/continue']);
    expect(await statusesOf(eves, '/session')).toEqual([200, 200]);
  });

  it('share a login at an OpenID provider', async () => {
    const eves = browser();
    const claims = { sub: 'eve', email: 'eve@globex.com', email_verified: true };
    expect((await oidc.signIn(eves, '/oidc/globex/google/login', claims)).status).toBe(303);
    expect(balancer.served).toEqual(['0 GET /oidc/globex/google/login', '1 GET /oidc/callback']);
    expect(await statusesOf(eves, '/session')).toEqual([200, 200]);
  });

  it('share a sign-in that began at the identity provider, and its page', async () => {
    const connection = {
      spEntityId: 'https://sso.example.com/saml/acme/okta/metadata',
      acsUrl: 'https://sso.example.com/saml/acme/okta/acs',
    };
    const eves = browser();
    const posted = await eves.postResponse('/saml/acme/okta/acs', world.idp.respond({ connection, ...eve() }));
    const path = posted.headers.get('location') ?? '';
    expect((await eves.get(path)).status).toBe(200);
    const h = new URL(path, 'https://sso.example.com').searchParams.get('h') ?? '';
    expect((await eves.submit('/saml/confirm', { h })).status).toBe(303);
    expect(balancer.served.map((line) => line[0])).toEqual(['0', '1', '0']);
  });

  it('refuse at the one what was used at the other', async () => {
    const eves = browser();
    const { connection, requestId } = await eves.start(LOGIN);
    const samlResponse = world.idp.respond({ connection, inResponseTo: requestId, ...eve() });
    const posted = await eves.postResponse('/saml/acme/okta/acs', samlResponse);
    expect(posted.status).toBe(303);
    const again = await atBoth(eves, async (each) => each.postResponse('/saml/acme/okta/acs', samlResponse));
    for (const answer of again) {
      expect(answer.status).toBe(400);
      expect((await world.flowOn('acme', await answer.text()))?.code).toBe('replayed_assertion');
    }
    const handle = posted.headers.get('location') ?? '';
    expect((await eves.get(handle)).status).toBe(303);
    expect(await statusesOf(eves, handle)).toEqual([400, 400]);

    const claims = { sub: 'eve', email: 'eve@globex.com', email_verified: true };
    const callback = await oidc.goAndComeBack(eves, '/oidc/globex/google/login', claims);
    const both = await statusesOf(eves, callback);
    expect([...both].sort((a, b) => a - b)).toEqual([303, 400]);
  });

  it('end a session for both when one signs out', async () => {
    const eves = browser();
    await eves.signIn(world.idp, LOGIN, eve());
    const cookies = eves.at(balancer.address);
    expect((await eves.submit('/logout', {})).status).toBe(303);
    expect(await statusesOf(cookies, '/session')).toEqual([401, 401]);
  });

  it('decide a login by the revision that is live, whatever each of them has read before', async () => {
    const first = browser();
    await first.signIn(world.idp, LOGIN, eve());
    await statusesOf(first, '/login/acme'); // both have the first revision in memory
    const eves = browser();
    const answered = await eves.answer(world.idp, LOGIN, eve());
    await world.change('acme', {
      ...ACME,
      authorization: { mappingRoles: { engineering: { grants: { 'account/main': ['member'] } } } },
    });
    expect((await eves.get(answered.headers.get('location') ?? '')).status).toBe(303);
    const grants = await atBoth(eves, async (each) => (await (await each.get('/session')).json()) as object);
    for (const session of grants) expect(session).toMatchObject({ grants: { 'account/main': ['member'] } });
  });

  it('both let nobody in through an identity provider that an apply has switched off', async () => {
    const eves = browser();
    const answered = await eves.answer(world.idp, LOGIN, eve());
    await world.change('acme', { ...ACME, identityProviders: { okta: { ...okta, enabled: false } } });
    const refused = await eves.get(answered.headers.get('location') ?? '');
    expect((await world.flowOn('acme', await refused.text()))?.code).toBe('idp_disabled');
    expect(await statusesOf(eves, '/session')).toEqual([401, 401]);
  });
});
