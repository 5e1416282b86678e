import { API_VERSION, clientIdOf, durationSeconds, effective, policyOf } from './index.ts';
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
      guestDomains: [],
      scopes: {},
      roles: {},
      groups: {},
      identityProviders: {},
      login: {
        enforceSso: false,
        endOtherSessions: true,
        exemptions: {},
        recoveryAdmins: [],
        recovery: { twoPerson: false },
        secondFactor: 'optional',
      },
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
        roles: ['auditor', 'member', 'sso_admin'],
      },
      appScopes: [],
      applications: {},
    });
  });

  it('knows whose roles are edited in the application: all scopes there, or some', () => {
    const scopes = { b: {}, a: {}, c: {} };
    const appScopesOf = (authorization: OrganizationSpec['authorization']) =>
      effective(organization({ scopes, ...(authorization && { authorization }) })).appScopes;
    expect(appScopesOf(undefined)).toEqual([]);
    expect(appScopesOf({ managedBy: 'idp', appScopes: ['c', 'b'] })).toEqual(['b', 'c']);
    expect(appScopesOf({ managedBy: 'app' })).toEqual(['a', 'b', 'c']);
  });

  it('fills the defaults of an application, and leaves its secret out', () => {
    const { applications } = effective(
      organization({
        applications: {
          dashboard: { type: 'oidc', redirectUris: ['https://app.example.com/callback'], previously: ['dash'] },
          office: {
            type: 'oidc',
            redirectUris: ['https://office.example.com/callback'],
            clientAuthentication: 'client_secret_basic',
            clientSecret: { fromEnv: 'OFFICE_SECRET' },
          },
          grafana: { type: 'forward-auth', origins: ['https://grafana.example.com'], enabled: false },
        },
      }),
    );
    const oidc = { type: 'oidc', enabled: true, postLogoutRedirectUris: [], refreshTokens: true };
    expect(applications).toEqual({
      dashboard: {
        ...oidc,
        name: 'dashboard',
        displayName: 'dashboard',
        redirectUris: ['https://app.example.com/callback'],
        clientAuthentication: 'none',
        idTokenAlgorithm: 'RS256',
      },
      office: {
        ...oidc,
        name: 'office',
        displayName: 'office',
        redirectUris: ['https://office.example.com/callback'],
        clientAuthentication: 'client_secret_basic',
        idTokenAlgorithm: 'RS256',
      },
      grafana: {
        type: 'forward-auth',
        name: 'grafana',
        displayName: 'grafana',
        enabled: false,
        origins: ['https://grafana.example.com'],
      },
    });
    expect(clientIdOf('acme', 'dashboard')).toBe('acme.dashboard');
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

  it('fills the defaults of a directory', () => {
    const { scim } = effective(organization({ scim: { tokens: { okta: {}, short: { rotateEvery: '2d' } } } }));
    expect(scim).toEqual({
      enabled: true,
      mode: 'tolerant',
      linkExisting: 'never',
      reprovision: 'reactivate',
      uniqueGroupNames: true,
      unknownMembers: 'refuse',
      brake: { share: 20, windowSeconds: 3_600, atLeast: 10 },
      tokens: {
        okta: { displayName: 'okta', rotateSeconds: 365 * 86_400, overlapSeconds: 7 * 86_400 },
        // without a word about it, the overlap is never longer than the token is good
        short: { displayName: 'short', rotateSeconds: 2 * 86_400, overlapSeconds: 2 * 86_400 },
      },
      extension: undefined,
    });
  });

  it('has a directory without a brake, and with attributes of its own', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
    const attributes = {
      tier: { type: 'string', canonicalValues: ['gold'] },
      home: { type: 'reference', required: true, mutability: 'immutable' },
      teams: { type: 'complex', multiValued: true, subAttributes: { lead: { type: 'boolean' } } },
    } as const;
    const { scim } = effective(organization({ scim: { brake: { enabled: false }, extension: { urn, attributes } } }));
    const plain = {
      description: undefined,
      multiValued: false,
      required: false,
      mutability: 'readWrite',
      caseExact: false,
    };
    const none = { canonicalValues: undefined, subAttributes: undefined };
    expect(scim?.brake).toBeUndefined();
    expect(scim?.extension).toEqual({
      urn,
      name: 'Extension',
      required: false,
      attributes: {
        tier: { ...plain, ...none, type: 'string', canonicalValues: ['gold'] },
        home: { ...plain, ...none, type: 'reference', required: true, mutability: 'immutable', caseExact: true },
        teams: {
          ...plain,
          ...none,
          type: 'complex',
          multiValued: true,
          subAttributes: { lead: { ...plain, ...none, type: 'boolean' } },
        },
      },
    });
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
    expect(policy.roles).toEqual(['auditor', 'creator', 'member', 'sso_admin']);
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
