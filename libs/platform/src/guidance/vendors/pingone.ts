import type { VendorFacts } from './facts.ts';
import { pingoneScim } from './scim/pingone.ts';

const APP = 'PingOne > Applications > Applications > <app>';

export const pingone: VendorFacts = {
  vendor: 'pingone',
  name: 'PingOne',
  menus: {
    application: APP,
    audience: `${APP} > Configuration > Entity ID`,
    acs: `${APP} > Configuration > ACS URLs`,
    signature: `${APP} > Configuration > Signing Key`,
    certificate: `${APP} > Configuration > Signing Key > Download Signing Certificate`,
    encryption: `${APP} > Configuration > Encryption`,
    nameId: `${APP} > Configuration > Subject NameID Format, and Attribute Mappings > saml_subject`,
    attributes: `${APP} > Attribute Mappings`,
    roles: `${APP} > Attribute Mappings`,
    assignment: `${APP} > Access`,
    clientSecret: `${APP} > Overview > Client ID and Client Secret`,
    redirectUri: `${APP} > Configuration > Redirect URIs`,
    logs: 'PingOne > Monitoring > Audit',
  },
  saml: {
    steps: [
      {
        text: 'Open **Applications > Applications**, choose **+**, name the application and choose **SAML Application**, then **Configure**.',
      },
      {
        text: 'Choose **Manually Enter** (or **Import From URL** with our metadata URL) and enter:',
        fields: [
          { label: 'ACS URLs', value: 'acsUrl' },
          { label: 'Entity ID', value: 'entityId' },
        ],
      },
      {
        text: 'On the tab **Configuration** choose **Sign Assertion & Response** and **RSA_SHA256**, and a **Subject NameID Format** that ends in `persistent`.',
      },
      { text: 'On the tab **Attribute Mappings** add the attributes of the table below.' },
      { text: 'Switch the application on with the toggle beside its name, and choose who has it under **Access**.' },
    ],
    metadata: 'On the tab **Configuration** copy the **IDP Metadata URL**.',
    metadataSource: {
      url: 'https://auth.pingone.eu/11111111-2222-4333-8444-555555555555/saml20/metadata/66666666-7777-4888-8999-000000000000',
    },
    attributes: [
      { field: 'email', name: 'email', source: 'Email Address' },
      { field: 'givenName', name: 'firstName', source: 'Given Name' },
      { field: 'familyName', name: 'lastName', source: 'Family Name' },
    ],
    roles:
      'Add an attribute mapping named `role_mapping` from a user attribute or an expression, or one named `groups` from **Group Names**.',
  },
  oidc: {
    steps: [
      { text: 'Open **Applications > Applications**, choose **+** and **OIDC Web App**.' },
      { text: 'On the tab **Configuration** enter:', fields: [{ label: 'Redirect URIs', value: 'redirectUri' }] },
      {
        text: 'Allow the scopes `profile` and `email` under **Resources**, switch the application on, and hand over **Client ID**, **Client Secret** and **Issuer**.',
      },
    ],
    issuer: 'https://auth.pingone.eu/11111111-2222-4333-8444-555555555555/as',
    clientId: '66666666-7777-4888-8999-000000000000',
    roles: 'On the tab **Attribute Mappings** add `groups` from **Group Names**, for the ID token.',
  },
  scim: pingoneScim,
  traps: {
    both: ['An application is off until its toggle is switched on; PingOne refuses every sign-in before that.'],
  },
};
