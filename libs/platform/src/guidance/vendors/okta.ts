import type { VendorFacts } from './facts.ts';
import { oktaScim } from './scim/okta.ts';

const GENERAL = 'Okta Admin > Applications > <app> > General';
const SAML = `${GENERAL} > SAML Settings > Edit`;
const SIGN_ON = 'Okta Admin > Applications > <app> > Sign On';

export const okta: VendorFacts = {
  vendor: 'okta',
  name: 'Okta',
  menus: {
    application: 'Okta Admin > Applications > Applications > <app>',
    audience: `${SAML} > Audience URI (SP Entity ID)`,
    acs: `${SAML} > Single sign-on URL`,
    signature: `${SAML} > Show Advanced Settings > Response, Assertion Signature, Signature Algorithm`,
    certificate: `${SIGN_ON} > SAML Signing Certificates`,
    encryption: `${SAML} > Show Advanced Settings > Assertion Encryption`,
    nameId: `${SAML} > Name ID format and Application username`,
    attributes: `${SAML} > Attribute Statements`,
    roles: `${SAML} > Group Attribute Statements`,
    assignment: 'Okta Admin > Applications > <app> > Assignments',
    clientSecret: `${GENERAL} > Client Credentials`,
    redirectUri: `${GENERAL} > LOGIN > Sign-in redirect URIs`,
    logs: 'Okta Admin > Reports > System Log',
  },
  oidcMenus: {
    attributes: 'Okta Admin > Directory > Profile Editor > <app>',
    roles: `${SIGN_ON} > OpenID Connect ID Token > Group claims`,
  },
  saml: {
    steps: [
      {
        text: 'In the Okta Admin Console open **Applications > Applications** and choose **Create App Integration**, then **SAML 2.0**.',
      },
      {
        text: 'Under **Configure SAML** enter:',
        fields: [
          {
            label: 'Single sign-on URL',
            value: 'acsUrl',
            note: 'keep “Use this for Recipient URL and Destination URL” ticked',
          },
          { label: 'Audience URI (SP Entity ID)', value: 'entityId' },
          { label: 'Name ID format', text: 'Persistent' },
          { label: 'Application username', text: 'Okta username', note: 'a name that never goes to somebody else' },
        ],
      },
      { text: 'Add the attributes of the table below under **Attribute Statements**.' },
      { text: 'Finish, then assign people or groups under **Assignments**.' },
    ],
    metadata: 'On the tab **Sign On** copy the **Metadata URL**.',
    metadataSource: { url: 'https://acme.okta.com/app/exk1example/sso/saml/metadata' },
    attributes: [
      { field: 'email', name: 'email', source: 'user.email' },
      { field: 'givenName', name: 'firstName', source: 'user.firstName' },
      { field: 'familyName', name: 'lastName', source: 'user.lastName' },
    ],
    roles:
      'For `role_mapping` add an attribute statement whose value is a profile attribute of the application. For groups add a **Group Attribute Statement** named `groups` with a filter, such as **Starts with** and a prefix of your own.',
  },
  oidc: {
    steps: [
      {
        text: 'Open **Applications > Applications**, choose **Create App Integration**, then **OIDC - OpenID Connect** and **Web Application**.',
      },
      {
        text: 'Keep the grant type **Authorization Code** and enter:',
        fields: [{ label: 'Sign-in redirect URIs', value: 'redirectUri' }],
      },
      { text: 'Assign people or groups, and hand over **Client ID** and **Client secret** of the tab **General**.' },
    ],
    issuer: 'https://acme.okta.com',
    clientId: '0oa1example',
    roles: 'Under **Sign On > OpenID Connect ID Token** add a groups claim filter named `groups`.',
  },
  scim: oktaScim,
  traps: {
    saml: [
      'The **Audience URI** and the **Single sign-on URL** are two different addresses: the audience ends in `/metadata`, the other in `/acs`.',
      'A **Group Attribute Statement** without a filter sends every group of Okta: choose a prefix.',
    ],
  },
};
