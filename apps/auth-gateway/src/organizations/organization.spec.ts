import type { OrganizationDocument } from '@rolecall/org-config';
import type { OrganizationSnapshot } from '@rolecall/persistence';
import { SamlError } from '@rolecall/saml';
import { TestIdp } from '@rolecall/saml/testing';
import { Organization } from './organization.ts';
import { Organizations } from './organizations.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const document: OrganizationDocument = {
  apiVersion: 'rolecall/v1',
  kind: 'Organization',
  metadata: { name: 'acme', previously: ['acme-corp'] },
  spec: {
    identityProviders: {
      okta: { type: 'saml', metadata: { xml: '' }, previously: ['old-okta'], forceAuthn: true },
      signing: { type: 'saml', metadata: { xml: '' }, signRequests: true },
    },
    applications: {
      dashboard: { type: 'oidc', redirectUris: ['https://app.example.com/callback'], previously: ['dash', 'board'] },
      grafana: { type: 'forward-auth', origins: ['https://grafana.example.com'] },
    },
  },
};

function snapshot(metadataXml: string): OrganizationSnapshot {
  const pair = {
    privateKey: 'private',
    certificate: 'certificate',
    generation: 1,
    currentFrom: NOW,
    overlapSeconds: 60,
  };
  const serviceProviderKeys = [{ use: 'signing', ...pair }] as const;
  return {
    organizationId: '0195570a-0000-7000-8000-000000000001',
    name: 'acme',
    revision: 1,
    runtimeVersion: 0,
    document,
    emailDomains: [],
    applicationSecrets: new Map(),
    identityProviders: new Map(['okta', 'signing'].map((name) => [name, { metadataXml, serviceProviderKeys }])),
  };
}

const ADDRESS = { url: 'https://sso.example.com', allowHttpIdp: false };
const connectionAt = (organization: string, identityProvider: string, metadataXml = new TestIdp().metadata()) =>
  new Organization(snapshot(metadataXml), ADDRESS).samlTarget({ organization, identityProvider })?.connection(NOW);

describe('an organization', () => {
  it('has an entity id and an ACS URL per identity provider', () => {
    expect(connectionAt('acme', 'okta')).toEqual({
      id: '0195570a-0000-7000-8000-000000000001/okta',
      spEntityId: 'https://sso.example.com/saml/acme/okta/metadata',
      acsUrl: 'https://sso.example.com/saml/acme/okta/acs',
      forceAuthn: true,
      requireAuthnStatement: true,
      requireEncrypted: false,
      decryptionKeys: [],
      published: [{ use: 'signing', certificate: 'certificate' }],
      allowIdpInitiated: false,
      requestBinding: 'redirect',
      idp: expect.objectContaining({ entityId: 'https://idp.example/saml' }),
    });
  });

  it('keeps what a customer entered at the identity provider working after a rename', () => {
    const renamed = connectionAt('acme-corp', 'old-okta');
    expect(renamed?.id).toBe('0195570a-0000-7000-8000-000000000001/okta');
    expect(renamed?.acsUrl).toBe('https://sso.example.com/saml/acme-corp/old-okta/acs');
  });

  it('knows its applications by present and previous names', () => {
    const { applications } = new Organization(snapshot(''), ADDRESS);
    expect([...applications.keys()].sort()).toEqual(['board', 'dash', 'dashboard', 'grafana']);
    expect(applications.get('dash')).toBe(applications.get('dashboard'));
    expect(applications.get('dash')).toMatchObject({ name: 'dashboard', type: 'oidc' });
    expect(applications.get('constructor')).toBeUndefined();
  });

  it('signs requests when the document or the identity provider asks for it', () => {
    expect(connectionAt('acme', 'okta')?.signing).toBeUndefined();
    expect(connectionAt('acme', 'signing')?.signing).toBeDefined();
    const asks = new TestIdp().metadata().replace('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="true"');
    expect(connectionAt('acme', 'okta', asks)?.signing).toBeDefined();
  });

  it('sends nobody over plain http, except in development', () => {
    const local = new TestIdp({ ssoUrl: 'http://localhost:4010/sso' }).metadata();
    expect(() => connectionAt('acme', 'okta', local)).toThrow(SamlError);
    const development = new Organization(snapshot(local), { url: 'http://localhost:4000', allowHttpIdp: true });
    const target = development.samlTarget({ organization: 'acme', identityProvider: 'okta' });
    expect(target?.connection(NOW).idp.ssoUrl).toBe('http://localhost:4010/sso');
  });

  it('notices that the metadata has ended, though it was read before', () => {
    const xml = new TestIdp().metadata().replace('entityID=', 'validUntil="2026-03-02T10:00:00Z" entityID=');
    const target = new Organization(snapshot(xml), ADDRESS).samlTarget({
      organization: 'acme',
      identityProvider: 'okta',
    });
    expect(target?.connection(NOW)).toBeDefined();
    expect(() => target?.connection(new Date('2026-03-02T10:00:01Z'))).toThrow(SamlError);
  });

  it.each(['constructor', '__proto__', 'toString', ''])('has no identity provider %j', (name) => {
    expect(connectionAt('acme', name)).toBeUndefined();
  });

  it('is computed once per snapshot, and looked up by nothing but a name', async () => {
    const only = snapshot(new TestIdp().metadata());
    const asked: string[] = [];
    const found = (what: string) => async (value: string) => {
      asked.push(`${what} ${value}`);
      return only;
    };
    const organizations = new Organizations(
      {
        byName: found('name'),
        byId: found('id'),
        byIdAnew: found('anew'),
        byEmailDomain: found('domain'),
        byIssuer: found('issuer'),
      },
      ADDRESS,
    );
    expect(await organizations.byName('acme')).toBe(await organizations.byId('x'));
    await organizations.byIdentifier(' Eve@Sub.Acme.COM ');
    for (const odd of [
      '..',
      '%00',
      'a/b',
      'Á',
      'a'.repeat(64),
      '-a',
      'eve@',
      'eve@acme',
      'eve@acme.com.',
      'eve@acme.com/x',
      '',
    ]) {
      expect(await organizations.byIdentifier(odd)).toBeUndefined();
    }
    expect(asked).toEqual(['name acme', 'id x', 'domain sub.acme.com']);
  });
});
