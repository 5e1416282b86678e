import type { VendorFacts } from './facts.ts';

const APP = 'Keycloak admin console > Clients > <app>';

export const keycloak: VendorFacts = {
  vendor: 'keycloak',
  name: 'Keycloak',
  menus: {
    application: APP,
    audience: `${APP} > Settings > Client ID`,
    acs: `${APP} > Settings > Master SAML Processing URL, and Advanced > Assertion Consumer Service POST Binding URL`,
    signature: `${APP} > Settings > Signature and Encryption`,
    certificate: 'Keycloak admin console > Realm settings > Keys',
    encryption: `${APP} > Keys > Encrypt assertions`,
    nameId: `${APP} > Settings > Name ID format and Force name ID format`,
    attributes: `${APP} > Client scopes > <app>-dedicated > Mappers`,
    roles: `${APP} > Client scopes > <app>-dedicated > Add mapper > Group list`,
    assignment: 'Keycloak admin console > Authentication > Flows',
    clientSecret: `${APP} > Credentials > Client Secret`,
    redirectUri: `${APP} > Settings > Valid redirect URIs`,
    logs: 'Keycloak admin console > Events',
  },
  saml: {
    steps: [
      {
        text: 'Open **Clients > Create client** with the type **SAML**, or **Import client** with our metadata, which fills in all of this.',
      },
      {
        text: 'Enter:',
        fields: [
          { label: 'Client ID', value: 'entityId' },
          { label: 'Valid redirect URIs', value: 'acsUrl' },
          { label: 'Master SAML Processing URL', value: 'acsUrl' },
          { label: 'Name ID format', text: 'persistent', note: 'and switch “Force name ID format” on' },
        ],
      },
      {
        text: 'Under **Signature and Encryption** switch **Sign documents** or **Sign assertions** on, with **RSA_SHA256** and the canonicalization **EXCLUSIVE**.',
      },
      {
        text: 'On the tab **Keys** switch **Client signature required** off, unless the connection has `signRequests: true`: then import our certificate there.',
      },
      { text: 'Add a mapper **User Attribute** or **User Property** for each line of the table below.' },
    ],
    metadata:
      'Under **Realm settings > General > Endpoints** copy the address of **SAML 2.0 Identity Provider Metadata**.',
    metadataSource: { url: 'https://id.acme.com/realms/staff/protocol/saml/descriptor' },
    attributes: [
      { field: 'email', name: 'email', source: 'email' },
      { field: 'givenName', name: 'firstName', source: 'firstName' },
      { field: 'familyName', name: 'lastName', source: 'lastName' },
    ],
    roles:
      'Add a mapper **Group list** named `groups` with **Full group path** off, or a **User Attribute** mapper named `role_mapping`.',
  },
  oidc: {
    steps: [
      {
        text: 'Open **Clients > Create client** with the type **OpenID Connect**; switch **Client authentication** and **Standard flow** on, and the others off.',
      },
      { text: 'Enter:', fields: [{ label: 'Valid redirect URIs', value: 'redirectUri' }] },
      { text: 'Hand over **Client ID** and the **Client Secret** of the tab **Credentials**.' },
    ],
    issuer: 'https://id.acme.com/realms/staff',
    clientId: 'rolecall',
    roles:
      'Add a mapper **Group Membership** with the claim `groups`, **Full group path** off and **Add to ID token** on.',
  },
  scim: 'Keycloak has no SCIM client of its own; extensions add one, and are set up as “Any SAML 2.0 identity provider” says. Without, users are created at their first sign-in here (`jit`).',
  traps: {
    saml: [
      'The **Client ID** of a SAML client is our whole entity id, https:// included.',
      'By default Keycloak wants signed requests: see **Client signature required**.',
    ],
  },
};
