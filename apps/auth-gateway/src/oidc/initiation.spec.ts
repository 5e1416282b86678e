import { openId, OidcWorld } from '../testing/oidc-world.ts';
import { APPLICATION, type TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA } from '../testing/test-world.ts';

const GOOGLE = 'https://google.example';
const DEEP = `${APPLICATION}/deep?a=1`;

describe('a login that an OpenID provider begins', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      acme: { ...ACME, identityProviders: { ...ACME.identityProviders, google: openId(GOOGLE) } },
      one: {
        ...BETA,
        identityProviders: {
          shared: openId('https://shared.example'),
          twice: openId('https://twice.example'),
          again: openId('https://twice.example'),
          off: openId('https://off.example', { enabled: false }),
        },
      },
      two: { ...BETA, identityProviders: { shared: openId('https://shared.example') } },
    });
    gateway = await oidc.startGateway();
  });
  afterAll(() => oidc?.world.close());

  const initiate = (parameters: Record<string, string> | string, path = '/oidc/initiate') =>
    gateway.browser().get(`${path}?${new URLSearchParams(parameters).toString()}`);
  const claims = { sub: '1', email: 'eve@acme.com', email_verified: true, role_mapping: 'engineering' };

  it('is an ordinary login, with hint and destination', async () => {
    const browser = gateway.browser();
    const query = new URLSearchParams({ iss: GOOGLE, login_hint: 'eve@acme.com', target_link_uri: DEEP });
    const started = await browser.get(`/oidc/initiate?${query.toString()}`);
    expect(started.status).toBe(302);
    const location = started.headers.get('location') ?? '';
    expect(new URL(location).searchParams.get('login_hint')).toBe('eve@acme.com');
    const { pathname, search } = oidc.at(location).authorize(location, claims);
    expect((await browser.get(pathname + search)).status).toBe(303);
    expect(await (await browser.get('/announcement')).text()).toContain(`href="${DEEP}"`);
    expect(gateway.logLines.join('')).not.toContain('eve@acme.com');
  });

  it('ends only in the browser where it began', async () => {
    const location = (await initiate({ iss: GOOGLE })).headers.get('location') ?? '';
    const { pathname, search } = oidc.at(location).authorize(location, claims);
    const refused = await gateway.browser().get(pathname + search);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('in another browser')]);
  });

  it('goes on as a GET when it is posted by another site, so that other tabs keep their cookie', async () => {
    const browser = gateway.browser();
    const form = { iss: GOOGLE, login_hint: 'eve@acme.com', target_link_uri: DEEP, more: 'x' };
    const posted = await browser.submit('/oidc/initiate', form, { 'sec-fetch-site': 'cross-site' });
    const location = posted.headers.get('location') ?? '';
    expect([posted.status, posted.headers.getSetCookie()]).toEqual([303, []]);
    expect(location).toBe(
      `/oidc/initiate?${new URLSearchParams({ iss: GOOGLE, login_hint: 'eve@acme.com', target_link_uri: DEEP }).toString()}`,
    );
    expect((await browser.get(location)).status).toBe(302);
    const own = await browser.submit('/oidc/acme/google/initiate', { iss: GOOGLE });
    expect(own.headers.get('location')).toBe(`/oidc/acme/google/initiate?iss=https%3A%2F%2Fgoogle.example`);
  });

  it('has an address of its own where several organizations have the issuer', async () => {
    expect((await initiate({ iss: 'https://shared.example' }, '/oidc/two/shared/initiate')).status).toBe(302);
    expect((await initiate({ iss: GOOGLE }, '/oidc/two/shared/initiate')).status).toBe(400);
    expect((await initiate({ iss: GOOGLE }, '/oidc/two/nobody/initiate')).status).toBe(404);
  });

  it.each([
    ['no issuer', {}],
    ['an unknown issuer', { iss: 'https://unknown.example' }],
    ['an issuer with a slash more', { iss: `${GOOGLE}/` }],
    ['an issuer of several organizations', { iss: 'https://shared.example' }],
    ['an issuer that one organization has twice', { iss: 'https://twice.example' }],
    ['a disabled provider', { iss: 'https://off.example' }],
    ['a foreign destination', { iss: GOOGLE, target_link_uri: 'https://evil.example/' }],
    ['a destination in disguise', { iss: GOOGLE, target_link_uri: `${APPLICATION}@evil.example/` }],
    ['a script', { iss: 'javascript:alert(1)' }],
    ['NUL', { iss: `${GOOGLE}\0` }],
    ['a very long issuer', { iss: `https://${'a'.repeat(600)}.example` }],
    ['two issuers', `iss=${GOOGLE}&iss=https://shared.example`],
    ['two destinations', `iss=${GOOGLE}&target_link_uri=${DEEP}&target_link_uri=https://evil.example`],
  ])('is refused in the same words with %s', async (_, parameters) => {
    const refused = await initiate(parameters);
    const page = await refused.text();
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([400, []]);
    expect(page).toContain('This sign-in cannot be started from there');
    expect(page).not.toContain('evil');
  });

  it('passes on no hint that is none', async () => {
    for (const hint of ['a b', 'a\r\nb', 'x'.repeat(321), '']) {
      const location = (await initiate({ iss: GOOGLE, login_hint: hint })).headers.get('location') ?? '';
      expect(new URL(location).searchParams.has('login_hint')).toBe(false);
    }
  });
});
