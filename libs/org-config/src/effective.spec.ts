import { API_VERSION, durationSeconds, effective, policyOf } from './index.ts';
import type { OrganizationDocument, OrganizationSpec } from './index.ts';

const organization = (spec: OrganizationSpec): OrganizationDocument => ({
  apiVersion: API_VERSION,
  kind: 'Organization',
  metadata: { name: 'acme' },
  spec,
});

describe('effective', () => {
  it('has the documented defaults', () => {
    expect(effective(organization({}))).toEqual({
      name: 'acme',
      displayName: 'acme',
      deletionPolicy: 'retain',
      labels: {},
      emailDomains: [],
      scopes: {},
      roles: {},
      groups: {},
      identityProviders: {},
      enforceSso: false,
      sessionIdleSeconds: 3_600,
      sessionLifetimeSeconds: 43_200,
      jitEnabled: true,
      policy: {
        managedBy: 'idp',
        unmatched: 'refuse',
        mappingRoles: {},
        rules: [],
        accountAttributes: {},
        defaults: {},
        roles: ['member', 'sso_admin'],
      },
    });
  });

  it('fills the defaults of an identity provider', () => {
    const metadata = { url: 'https://idp.example.com/m' };
    const { identityProviders } = effective(organization({ identityProviders: { okta: { type: 'saml', metadata } } }));
    expect(identityProviders['okta']).toEqual({
      name: 'okta',
      type: 'saml',
      displayName: 'okta',
      allowIdpInitiated: false,
      requestBinding: 'redirect',
      enabled: true,
      metadata,
      forceAuthn: false,
      refreshSeconds: 21_600,
      signRequests: false,
      singleLogout: false,
      minimumSigned: 'either',
      requireAuthnStatement: true,
      authnContexts: undefined,
      requireEncrypted: false,
      serviceProviderKeys: undefined,
      attributes: {},
    });
  });

  it.each([
    [{ signRequests: true }, { uses: ['signing'], generation: 1, overlapSeconds: 604_800 }],
    [{ requireEncrypted: true }, { uses: ['signing', 'encryption'], generation: 1, overlapSeconds: 604_800 }],
    [{ serviceProviderKeys: {} }, { uses: ['signing', 'encryption'], generation: 1, overlapSeconds: 604_800 }],
    [
      { serviceProviderKeys: { generation: 3, overlap: '2h' } },
      { uses: ['signing', 'encryption'], generation: 3, overlapSeconds: 7_200 },
    ],
  ])('knows which keys %j needs', (declared, keys) => {
    const okta = { type: 'saml', metadata: { url: 'https://idp.example.com/m' }, ...declared } as const;
    const { identityProviders } = effective(organization({ identityProviders: { okta } }));
    expect(identityProviders['okta']).toMatchObject({ serviceProviderKeys: keys });
  });

  it('never lets a session be idle for longer than it lives', () => {
    const { sessionIdleSeconds, sessionLifetimeSeconds } = effective(
      organization({ login: { session: { lifetime: '30m' } } }),
    );
    expect([sessionIdleSeconds, sessionLifetimeSeconds]).toEqual([1_800, 1_800]);
  });
});

describe('policyOf', () => {
  it('has no names of the document in it beside those that decide', () => {
    const mappingRoles = { dev: { previously: ['eng'], grants: { 'a/b': ['creator'] } } };
    const policy = policyOf(organization({ roles: { creator: {} }, authorization: { mappingRoles } }));
    expect(policy.mappingRoles).toEqual({ dev: { grants: { 'a/b': ['creator'] } } });
    expect(policy.roles).toEqual(['creator', 'member', 'sso_admin']);
  });
});

describe('durationSeconds', () => {
  it.each([
    ['45s', 45],
    ['30m', 1_800],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('%s', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each(['', '0m', '1', 'h', '1.5h', '-1h', '1h30m', ' 1h', '1w', '99999999d'])('%s is none', (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });
});
