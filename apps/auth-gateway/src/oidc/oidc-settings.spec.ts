import { publicKeySet } from '@rolecall/oidc';
import { openId, OidcWorld } from '../testing/oidc-world.ts';
import { CLIENT_KEYS, type TestGateway } from '../testing/test-gateway.ts';
import { BETA } from '../testing/test-world.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';
const OTHER_TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0';

/** The keys of a document that say how an OpenID provider is asked and believed. */
describe('an OpenID provider of a document', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      asking: {
        ...BETA,
        identityProviders: {
          plain: openId('https://plain.example'),
          userinfo: openId('https://userinfo.example', { userinfo: true }),
          forced: openId('https://forced.example', { forceAuthn: true }),
          recent: openId('https://recent.example', { maxAge: '1h', acrValues: ['phr', 'mfa'], scopes: ['groups'] }),
          keyed: {
            ...openId('https://keyed.example', { clientAuthentication: 'private_key_jwt' }),
            clientSecret: undefined,
          },
          posting: openId('https://posting.example', { clientAuthentication: 'client_secret_post' }),
        },
      },
      domains: {
        ...BETA,
        emailDomains: { 'domains.example': { verification: 'asserted' } },
        identityProviders: {
          one: openId('https://domains-one.example'),
          trusted: openId('https://trusted.example', { trustEmail: true }),
          mapped: openId('https://mapped.example', { trustEmail: true, attributes: { email: 'upn' } }),
          entra: openId(`https://login.microsoftonline.com/${TENANT}/v2.0`),
          many: { ...openId('unused'), issuer: undefined, preset: 'entra', tenants: [TENANT] },
        },
      },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());
  afterEach(() => {
    for (const provider of oidc.providers.values()) provider.misbehaviour = {};
  });

  const signIn = async (path: string, claims: Record<string, unknown>) => {
    const browser = gateway.browser();
    const answer = await oidc.signIn(browser, path, claims);
    const location = answer.headers.get('location');
    const page = await answer.text();
    const flow = await oidc.world.flowOn(path.split('/')[2] ?? '', page);
    const session = await browser.get('/session');
    const user = session.status === 200 ? ((await session.json()) as { user: { email?: string } }).user : undefined;
    return { status: answer.status, location, code: flow?.code, user };
  };
  const authTime = () => Math.floor(oidc.world.now.getTime() / 1_000);

  it('is asked for the person where the document says so, and not else', async () => {
    for (const issuer of ['https://plain.example', 'https://userinfo.example'])
      oidc.at(issuer).misbehaviour = { userinfo: { email: 'eve@example.com', email_verified: true } };
    expect((await signIn('/oidc/asking/plain/login', { sub: '1' })).user?.email).toBeUndefined();
    expect((await signIn('/oidc/asking/userinfo/login', { sub: '1' })).user?.email).toBe('eve@example.com');
    expect(oidc.at('https://plain.example').asked).not.toContain('/userinfo');
  });

  it('is refused when it speaks of another person than the ID token', async () => {
    oidc.at('https://userinfo.example').misbehaviour = { userinfo: { sub: 'admin' } };
    expect(await signIn('/oidc/asking/userinfo/login', { sub: '2' })).toMatchObject({
      status: 400,
      code: 'userinfo_subject_mismatch',
    });
  });

  it('authenticates people anew, and proves it', async () => {
    const location = (await gateway.browser().get('/oidc/asking/forced/login')).headers.get('location') ?? '';
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
    const path = '/oidc/asking/forced/login';
    expect(await signIn(path, { sub: '3', auth_time: authTime() })).toMatchObject({ status: 303 });
    expect(await signIn(path, { sub: '3', auth_time: authTime() - 300 })).toMatchObject({
      code: 'id_token_authentication_too_old',
    });
    expect(await signIn(path, { sub: '3' })).toMatchObject({ code: 'id_token_auth_time_missing' });
  });

  it('authenticates people anew where an application wants it, and proves it', async () => {
    const returnTo = 'https://sso.example.com/op/auth?client_id=asking.app&reauthenticate=1';
    const path = `/oidc/asking/plain/login?${new URLSearchParams({ returnTo }).toString()}`;
    const location = (await gateway.browser().get(path)).headers.get('location') ?? '';
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
    expect(await signIn(path, { sub: '3', auth_time: authTime() })).toMatchObject({ status: 303 });
    expect(await signIn(path, { sub: '3', auth_time: authTime() - 3_600 })).toMatchObject({
      code: 'id_token_authentication_too_old',
    });
    expect(await signIn(path, { sub: '3' })).toMatchObject({ code: 'id_token_auth_time_missing' });
    const ordinary = '/oidc/asking/plain/login';
    expect(await signIn(ordinary, { sub: '3', auth_time: authTime() - 3_600 })).toMatchObject({ status: 303 });
  });

  it('authenticates people recently and strongly enough', async () => {
    const path = '/oidc/asking/recent/login';
    const location = (await gateway.browser().get(path)).headers.get('location') ?? '';
    const scope = 'openid email profile groups';
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      max_age: '3600',
      acr_values: 'phr mfa',
      scope,
    });
    const auth_time = authTime() - 3_000;
    expect(await signIn(path, { sub: '4', auth_time, acr: 'mfa' })).toMatchObject({ status: 303 });
    expect(await signIn(path, { sub: '4', auth_time, acr: 'pwd' })).toMatchObject({ code: 'id_token_acr_mismatch' });
    expect(await signIn(path, { sub: '4', auth_time: auth_time - 3_000, acr: 'mfa' })).toMatchObject({
      code: 'id_token_authentication_too_old',
    });
  });

  it('is told the client secret as the document says', async () => {
    await signIn('/oidc/asking/plain/login', { sub: '5' });
    await signIn('/oidc/asking/posting/login', { sub: '5' });
    const used = ['https://plain.example', 'https://posting.example'].map(
      (issuer) => oidc.at(issuer).clientAuthentication,
    );
    expect(used).toEqual(['client_secret_basic', 'client_secret_post']);
  });

  it('knows us by keys of our own, which it reads at their address', async () => {
    expect(await signIn('/oidc/asking/keyed/login', { sub: 'k' })).toMatchObject({ status: 303 });
    expect(oidc.at('https://keyed.example').clientAuthentication).toBe('private_key_jwt');
    const answer = await gateway.browser().get('/oidc/asking/keyed/jwks.json');
    expect(answer.headers.get('content-type')).toContain('application/jwk-set+json');
    expect(await answer.json()).toEqual(publicKeySet(CLIENT_KEYS));
    const nothing = [
      '/oidc/asking/plain/jwks.json',
      '/oidc/asking/none/jwks.json',
      '/oidc/asking/keyed/certificate.pem',
    ];
    for (const path of nothing) expect((await gateway.browser().get(path)).status).toBe(404);
  });

  it('is not asked when it does not offer what the document wants', async () => {
    oidc.world.pass(11);
    oidc.at('https://posting.example').misbehaviour = {
      discovery: { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
    };
    const answer = await gateway.browser().get('/oidc/asking/posting/login');
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect((await oidc.world.flowOn('asking', await answer.text()))?.code).toBe('discovery_client_authentication');
  });

  it('gets no code that another provider was asked for', async () => {
    const browser = gateway.browser();
    const callback = await oidc.goAndComeBack(browser, '/oidc/asking/plain/login', { sub: '6' });
    await oidc.world.sql(`update login_transactions set provider = provider || '{"issuer": "https://before.example"}'`);
    const answer = await browser.get(callback);
    expect((await oidc.world.flowOn('asking', await answer.text()))?.code).toBe('provider_changed');
  });

  describe('and the e-mail address', () => {
    const email = 'ann@domains.example';

    it('counts as proved when the platform team vouches for the provider', async () => {
      expect(await signIn('/oidc/domains/trusted/login', { sub: 'ann', email })).toMatchObject({ status: 303 });
      const upn = 'bea@domains.example';
      expect(await signIn('/oidc/domains/mapped/login', { sub: 'bea', upn })).toMatchObject({ user: { email: upn } });
    });

    it('does not when the provider says that it is not proved, whoever vouches', async () => {
      const claims = { sub: 'thief', email, email_verified: false };
      expect(await signIn('/oidc/domains/trusted/login', claims)).toMatchObject({ code: 'email_not_verified' });
    });

    it('does not by default when the provider says nothing', async () => {
      const refused = { code: 'email_not_verified' };
      expect(await signIn('/oidc/domains/one/login', { sub: 'thief', email })).toMatchObject(refused);
    });

    it.each([
      ['xms_edov', { xms_edov: true }, 303],
      ['email_verified alone (O5)', { email_verified: true }, 403],
      ['xms_edov false beside email_verified (O5)', { xms_edov: false, email_verified: true }, 403],
    ])('of Entra ID counts by %s', async (how, claims, status) => {
      const person = { sub: `entra ${how}`, email: `${status}@domains.example`, ...claims };
      expect((await signIn('/oidc/domains/entra/login', person)).status).toBe(status);
    });
  });

  describe('for several tenants of Entra ID', () => {
    const path = '/oidc/domains/many/login';
    const of = (tid: string) => ({
      sub: `user of ${tid}`,
      tid,
      iss: `https://login.microsoftonline.com/${tid}/v2.0`,
      email: 'tenant@domains.example',
      xms_edov: true,
    });
    beforeEach(() => {
      oidc.at(TEMPLATE).misbehaviour = {
        callback: { iss: null },
        discovery: { authorization_response_iss_parameter_supported: null },
      };
    });

    it('lets in users of the tenants that stand in the document', async () => {
      expect(await signIn(path, of(TENANT))).toMatchObject({ status: 303, user: { email: 'tenant@domains.example' } });
    });

    it.each([
      ['of another tenant (O1)', of(OTHER_TENANT)],
      ['with a personal account (O4)', of('9188040d-6c67-4c5b-b112-36a304b66dad')],
    ])('refuses users %s', async (_, claims) => {
      expect(await signIn(path, claims)).toMatchObject({ status: 400, code: 'tenant_not_allowed' });
    });
  });
});
