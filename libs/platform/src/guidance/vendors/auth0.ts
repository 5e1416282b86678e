import type { VendorFacts } from './facts.ts';

const APP = 'Auth0 Dashboard > Applications > Applications > <app>';
const ADDON = `${APP} > Addons > SAML2 Web App`;
const CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

export const auth0: VendorFacts = {
  vendor: 'auth0',
  name: 'Auth0',
  menus: {
    application: APP,
    audience: `${ADDON} > Settings > "audience"`,
    acs: `${ADDON} > Application Callback URL, and Settings > "recipient" and "destination"`,
    signature: `${ADDON} > Settings > "signatureAlgorithm", "digestAlgorithm" and "signResponse"`,
    certificate: `${ADDON} > Usage > Identity Provider Certificate`,
    encryption: `${ADDON} > Settings`,
    nameId: `${ADDON} > Settings > "nameIdentifierFormat" and "nameIdentifierProbes"`,
    attributes: `${ADDON} > Settings > "mappings"`,
    roles: 'Auth0 Dashboard > Actions > Triggers > post-login',
    assignment: `${APP} > Connections`,
    clientSecret: `${APP} > Settings > Client Secret`,
    redirectUri: `${APP} > Settings > Allowed Callback URLs`,
    logs: 'Auth0 Dashboard > Monitoring > Logs',
  },
  oidcMenus: { application: `${APP} > Settings`, attributes: 'Auth0 Dashboard > User Management > Users > <user>' },
  saml: {
    steps: [
      { text: 'Open **Applications > Applications > Create Application** and choose **Regular Web Applications**.' },
      {
        text: 'On the tab **Addons** switch **SAML2 Web App** on. On its tab **Settings** enter:',
        fields: [
          { label: 'Application Callback URL', value: 'acsUrl' },
          { label: '"audience"', value: 'entityId', note: 'a key of the JSON' },
          { label: '"recipient"', value: 'acsUrl', note: 'a key of the JSON' },
          { label: '"destination"', value: 'acsUrl', note: 'a key of the JSON' },
          { label: '"signatureAlgorithm"', text: 'rsa-sha256', note: 'a key of the JSON' },
          { label: '"digestAlgorithm"', text: 'sha256', note: 'a key of the JSON' },
          {
            label: '"nameIdentifierFormat"',
            text: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
            note: 'a key of the JSON',
          },
        ],
      },
      { text: 'Choose under **Connections** whose users may sign in.' },
    ],
    metadata: 'On the tab **Usage** of the add-on copy the address behind **Identity Provider Metadata: Download**.',
    metadataSource: { url: 'https://acme.eu.auth0.com/samlp/metadata/0123example' },
    attributes: [
      { field: 'email', name: `${CLAIM}/emailaddress`, source: 'email' },
      { field: 'givenName', name: `${CLAIM}/givenname`, source: 'given_name' },
      { field: 'familyName', name: `${CLAIM}/surname`, source: 'family_name' },
    ],
    roles:
      'In a post-login Action call `api.samlResponse.setAttribute("role_mapping", …)`, or add the field under "mappings".',
  },
  oidc: {
    steps: [
      { text: 'Open **Applications > Applications > Create Application** and choose **Regular Web Applications**.' },
      { text: 'On the tab **Settings** enter:', fields: [{ label: 'Allowed Callback URLs', value: 'redirectUri' }] },
      { text: 'Hand over **Domain**, **Client ID** and **Client Secret**.' },
    ],
    issuer: 'https://acme.eu.auth0.com/',
    clientId: '0123example',
    roles:
      'In a post-login Action call `api.idToken.setCustomClaim("https://acme.example/groups", …)`, and name that claim in the rules: Auth0 drops most names without a namespace.',
  },
  scim: 'Auth0 does not provision other applications by SCIM: users are created at their first sign-in here (`jit`), and roles follow at each sign-in.',
  traps: {
    saml: ['The add-on signs with SHA-1 until "signatureAlgorithm" and "digestAlgorithm" are set.'],
    oidc: ['The issuer for OpenID Connect ends in a slash.'],
  },
};
