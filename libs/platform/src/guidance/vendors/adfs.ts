import type { VendorFacts } from './facts.ts';

const TRUST = 'AD FS Management > Relying Party Trusts > <app>';
const CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const GROUP = 'AD FS Management > Application Groups > <app>';

export const adfs: VendorFacts = {
  vendor: 'adfs',
  name: 'AD FS',
  menus: {
    application: TRUST,
    audience: `${TRUST} > Properties > Identifiers`,
    acs: `${TRUST} > Properties > Endpoints`,
    signature: `${TRUST} > Properties > Advanced > Secure hash algorithm; PowerShell: Set-AdfsRelyingPartyTrust -SamlResponseSignature`,
    certificate: 'AD FS Management > Service > Certificates > Token-signing',
    encryption: `${TRUST} > Properties > Encryption > Remove`,
    nameId: `${TRUST} > Edit Claim Issuance Policy (a rule that issues Name ID)`,
    attributes: `${TRUST} > Edit Claim Issuance Policy > Send LDAP Attributes as Claims`,
    roles: `${TRUST} > Edit Claim Issuance Policy > Send Group Membership as a Claim`,
    assignment: `${TRUST} > Edit Access Control Policy`,
    clientSecret: `${GROUP} > Server application > Configure Application Credentials`,
    redirectUri: `${GROUP} > Server application > Redirect URI`,
    logs: 'Event Viewer > Applications and Services Logs > AD FS > Admin',
  },
  oidcMenus: {
    application: GROUP,
    attributes: `${GROUP} > Web API > Issuance Transform Rules`,
    roles: `${GROUP} > Web API > Issuance Transform Rules`,
    assignment: `${GROUP} > Web API > Access control policy`,
  },
  saml: {
    steps: [
      {
        text: 'Open **Relying Party Trusts > Add Relying Party Trust**, choose **Claims aware**, then **Import data about the relying party published online** with our metadata URL, or enter the data by hand:',
      },
      {
        text: 'By hand, choose **Enable support for the SAML 2.0 WebSSO protocol**:',
        fields: [
          { label: 'Relying party SAML 2.0 SSO service URL', value: 'acsUrl' },
          { label: 'Relying party trust identifier', value: 'entityId' },
        ],
      },
      {
        text: 'With `serviceProviderKeys` the metadata brings a certificate under **Properties > Encryption**; without, remove one that is there. **Secure hash algorithm** is **SHA-256**.',
      },
      {
        text: 'Under **Edit Claim Issuance Policy** add **Send LDAP Attributes as Claims** with the attributes of the table below, and a rule that issues **Name ID** from a lasting attribute with the format **Persistent Identifier**.',
      },
      { text: 'Choose who has access under **Edit Access Control Policy**.' },
    ],
    metadata:
      'The metadata is at `/FederationMetadata/2007-06/FederationMetadata.xml` of your AD FS. Where the internet cannot read it, hand over the file.',
    metadataSource: { file: 'adfs.xml' },
    attributes: [
      { field: 'email', name: `${CLAIM}/emailaddress`, source: 'E-Mail-Addresses' },
      { field: 'givenName', name: `${CLAIM}/givenname`, source: 'Given-Name' },
      { field: 'familyName', name: `${CLAIM}/surname`, source: 'Surname' },
    ],
    roles:
      'Add **Send Group Membership as a Claim** once per group, with the outgoing claim type `role_mapping` and the name of the mapping role as its value.',
  },
  oidc: {
    steps: [
      {
        text: 'Open **Application Groups > Add Application Group** and choose **Server application accessing a web API**.',
      },
      { text: 'Enter:', fields: [{ label: 'Redirect URI', value: 'redirectUri' }] },
      {
        text: 'Make a **shared secret**, give the web API the client identifier as its own identifier, too, and allow the scopes **openid**, **email** and **profile**.',
      },
    ],
    issuer: 'https://adfs.acme.com/adfs',
    clientId: '11111111-2222-4333-8444-555555555555',
    roles:
      'Add issuance transform rules to the web API: since its identifier is that of the client, they reach the ID token.',
  },
  scim: 'AD FS does not provision. Microsoft Entra does where it is synchronized with the same Active Directory. Without, users are created at their first sign-in here (`jit`).',
  traps: {
    saml: [
      'AD FS renews its token-signing certificate by itself every year: hand over the new metadata before the old certificate ends.',
      'A relying party trust that was made from metadata encrypts when it finds an encryption certificate, and goes on so after `serviceProviderKeys` are gone: remove it then.',
    ],
  },
};
