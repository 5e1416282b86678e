import { VENDORS } from '@rolecall/platform/guidance';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const OKTA = '/setup/acme/okta';

describe('the set-up page', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    const google = { type: 'oidc', issuer: 'https://accounts.google.com', clientId: 'client-1' } as const;
    world = await TestWorld.open(
      {
        acme: {
          ...ACME,
          authorization: {
            ...ACME.authorization,
            rules: [
              { name: 'secret-rule', when: { attribute: 'groups', equals: 'secret-value' }, groups: ['inbox/vip'] },
            ],
            accountAttributes: { MainAccRole: 'account/main' },
          },
        },
        beta: {
          ...BETA,
          identityProviders: { google: { ...google, clientSecret: { fromEnv: 'SECRET' } } },
          scim: { tokens: { hr: {} } },
        },
      },
      'the client secret',
    );
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const open = async (path: string) => {
    const answer = await gateway.browser().get(path);
    return { answer, page: await answer.text() };
  };

  it('shows this connection’s own values to everybody', async () => {
    const { answer, page } = await open(OKTA);
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('content-security-policy')).not.toContain('script');
    for (const value of [
      'https://sso.example.com/saml/acme/okta/metadata',
      'https://sso.example.com/saml/acme/okta/acs',
      'https://sso.example.com/login/acme',
      'href="/sso/test/acme/okta"',
    ])
      expect(page).toContain(value);
  });

  it('names the attributes that are read, and nothing of what they give or must be', async () => {
    const { page } = await open(OKTA);
    for (const name of ['email', 'firstName', 'role_mapping', 'groups', 'MainAccRole'])
      expect(page).toContain(`<code>${name}</code>`);
    for (const secret of [
      'secret-rule',
      'secret-value',
      'engineering',
      'campaign-creator',
      'inbox/vip',
      'account/main',
    ])
      expect(page).not.toContain(secret);
  });

  it.each(VENDORS)('has a page for %s in both protocols', async (vendor) => {
    for (const path of [OKTA, '/setup/beta/google']) {
      const { answer, page } = await open(`${path}?vendor=${vendor}`);
      expect(answer.status).toBe(200);
      expect(page.match(/aria-current="page"/g)).toHaveLength(1);
      expect(page).not.toContain('**');
    }
  });

  it('opens at the identity provider that it is, and takes no other word for a vendor', async () => {
    for (const query of ['', '?vendor=hacker', '?vendor=__proto__', '?vendor=okta&vendor=entra'])
      expect((await open(`/setup/beta/google${query}`)).page).toContain('<h2>At Google Workspace</h2>');
    expect((await open(OKTA)).page).toContain('<h2>At your identity provider</h2>');
  });

  it('of an OpenID provider shows the redirect URI, and neither client nor secret', async () => {
    const { page } = await open('/setup/beta/google');
    expect(page).toContain('https://sso.example.com/oidc/callback');
    expect(page).toContain('https://sso.example.com/oidc/beta/google/backchannel-logout');
    expect(page).not.toContain('SHA-1'); // a trap of SAML
    for (const secret of ['client-1', 'the client secret', '/acs']) expect(page).not.toContain(secret);
  });

  it('shows how users are provisioned where the organization has a directory, and no token', async () => {
    expect((await open(OKTA)).page).not.toContain('Provisioning (SCIM');
    const { page } = await open('/setup/beta/google?vendor=entra');
    expect(page).toContain('Provisioning (SCIM 2.0)');
    expect(page).toContain('value="https://scim.example.com/scim/v2"');
    expect(page).toContain('Provision on demand');
    expect(page).not.toContain('rcs_');
    expect((await open('/setup/beta/google')).page).toContain('a custom SAML application or an OAuth client has no');
  });

  it('is there while the identity provider’s own metadata cannot be used', async () => {
    await world.sql(`update identity_provider_metadata set metadata_xml = '<x/>' where org_id = $1`, [
      world.idOf('acme'),
    ]);
    const other = await world.startGateway();
    expect((await other.browser().get(OKTA)).status).toBe(200);
  });

  it.each(['/setup/hooli/okta', '/setup/acme/entra', '/setup/acme/constructor', "/setup/acme/o'kta"])(
    'is not there for %s',
    async (path) => {
      expect((await open(path)).answer.status).toBe(404);
    },
  );
});
