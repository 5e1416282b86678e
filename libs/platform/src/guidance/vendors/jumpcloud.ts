import type { VendorFacts } from './facts.ts';
import { jumpcloudScim } from './scim/jumpcloud.ts';

const APP = 'JumpCloud Admin Portal > SSO Applications > <app>';

export const jumpcloud: VendorFacts = {
  vendor: 'jumpcloud',
  name: 'JumpCloud',
  menus: {
    application: APP,
    audience: `${APP} > SSO > SP Entity ID`,
    acs: `${APP} > SSO > ACS URLs`,
    signature: `${APP} > SSO > Sign (Assertion or Response) and Signature Algorithm`,
    certificate: `${APP} > SSO > IDP Certificate`,
    encryption: `${APP} > SSO > SP Certificate`,
    nameId: `${APP} > SSO > SAMLSubject NameID and SAMLSubject NameID Format`,
    attributes: `${APP} > SSO > Attributes > User Attribute Mapping`,
    roles: `${APP} > SSO > Attributes > Group Attributes, or Constant Attributes`,
    assignment: `${APP} > User Groups`,
    clientSecret: `${APP} > SSO > Client Secret`,
    redirectUri: `${APP} > SSO > Redirect URIs`,
    logs: 'JumpCloud Admin Portal > Insights > Directory Insights',
  },
  saml: {
    steps: [
      {
        text: 'Open **SSO Applications > Add New Application > Custom Application**, tick **Manage Single Sign-On (SSO)** and **Configure SSO with SAML**, name it and save.',
      },
      {
        text: 'On the tab **SSO** enter:',
        fields: [
          {
            label: 'IdP Entity ID',
            text: 'a name of your own',
            note: 'for example your domain; one that no other application of yours has',
          },
          { label: 'SP Entity ID', value: 'entityId' },
          { label: 'ACS URLs', value: 'acsUrl' },
          { label: 'Login URL', value: 'loginUrl' },
          { label: 'SAMLSubject NameID Format', text: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
          { label: 'Signature Algorithm', text: 'RSA-SHA256' },
        ],
      },
      { text: 'Tick **Declare Redirect Endpoint**: our metadata check needs the redirect address.' },
      { text: 'Under **Attributes** add those of the table below, and save.' },
      { text: 'Choose who has the application under **User Groups**.' },
    ],
    metadata: 'On the tab **SSO** choose **Copy Metadata URL**, or **Export Metadata** for a file.',
    metadataSource: { url: 'https://sso.jumpcloud.com/saml2/metadata/acme' },
    attributes: [
      { field: 'email', name: 'email', source: 'email' },
      { field: 'givenName', name: 'firstName', source: 'firstname' },
      { field: 'familyName', name: 'lastName', source: 'lastname' },
    ],
    roles:
      'For `role_mapping` add a constant attribute, or a custom user attribute. Tick **include group attribute** and name it `groups` to send the groups that have the application.',
  },
  oidc: {
    steps: [
      {
        text: 'Open **SSO Applications > Add New Application > Custom Application**, tick **Manage Single Sign-On (SSO)** and **Configure SSO with OIDC**.',
      },
      {
        text: 'On the tab **SSO** enter:',
        fields: [
          { label: 'Redirect URIs', value: 'redirectUri' },
          { label: 'Client Authentication Type', text: 'Client Secret Basic' },
          { label: 'Login URL', value: 'loginUrl' },
        ],
      },
      {
        text: 'Under **Attribute Mapping** tick the standard scopes **Email** and **Profile**, activate, and hand over **Client ID** and **Client Secret**: the secret is shown once.',
      },
    ],
    issuer: 'https://oauth.id.jumpcloud.com/',
    clientId: '11111111-2222-4333-8444-555555555555',
    roles: 'Tick **include group attribute** and name it `groups`.',
  },
  scim: jumpcloudScim,
  traps: {
    saml: [
      'Without **Declare Redirect Endpoint** the metadata names an address for HTTP-POST alone: sign-ins then go through a page that posts itself.',
    ],
    oidc: ['The issuer for OpenID Connect ends in a slash.'],
  },
};
