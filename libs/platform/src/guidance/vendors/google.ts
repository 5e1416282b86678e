import type { VendorFacts } from './facts.ts';

const APP = 'Google Admin console > Apps > Web and mobile apps > <app>';
const CREDENTIALS = 'Google Cloud console > APIs & Services > Credentials > <client>';

export const google: VendorFacts = {
  vendor: 'google',
  name: 'Google Workspace',
  menus: {
    application: APP,
    audience: `${APP} > Service provider details > Entity ID`,
    acs: `${APP} > Service provider details > ACS URL`,
    signature: `${APP} > Service provider details > Signed response`,
    certificate: `${APP} > Service provider details > Manage certificates`,
    encryption: `${APP} > Service provider details`,
    nameId: `${APP} > Service provider details > Name ID format and Name ID`,
    attributes: `${APP} > SAML attribute mapping`,
    roles: `${APP} > SAML attribute mapping > Group membership`,
    assignment: `${APP} > User access`,
    clientSecret: `${CREDENTIALS} > Client secrets`,
    redirectUri: `${CREDENTIALS} > Authorized redirect URIs`,
    logs: 'Google Admin console > Reporting > Audit and investigation > SAML log events',
  },
  oidcMenus: {
    application: CREDENTIALS,
    attributes: 'Google Admin console > Directory > Users > <user>',
    roles: 'Google has none: its ID tokens hold no groups; use SAML, or give roles by jit.defaults',
    assignment: 'Google Admin console > Security > Access and data control > API controls',
  },
  saml: {
    steps: [
      {
        text: 'In the Admin console open **Apps > Web and mobile apps** and choose **Add app > Add custom SAML app**. Name it and continue.',
      },
      { text: 'Choose **Download metadata** and keep the file; continue.' },
      {
        text: 'Under **Service provider details** enter:',
        fields: [
          { label: 'ACS URL', value: 'acsUrl' },
          { label: 'Entity ID', value: 'entityId' },
          { label: 'Start URL', text: '', note: 'leave it empty' },
          { label: 'Name ID format', text: 'PERSISTENT' },
          { label: 'Name ID', text: 'Basic Information > Primary email' },
        ],
      },
      { text: 'Add the attributes of the table below, and finish.' },
      {
        text: 'Under **User access** switch the application on for the organizational units or groups that shall have it.',
      },
    ],
    metadata: 'Google has no metadata URL: hand over the file of **Download metadata**.',
    metadataSource: { file: 'google.xml' },
    attributes: [
      { field: 'email', name: 'email', source: 'Basic Information > Primary email' },
      { field: 'givenName', name: 'firstName', source: 'Basic Information > First name' },
      { field: 'familyName', name: 'lastName', source: 'Basic Information > Last name' },
    ],
    roles:
      'For `role_mapping` map a custom attribute of the user schema. Under **Group membership** search for up to 75 groups and send those that the user is in as the app attribute `groups`.',
  },
  oidc: {
    steps: [
      {
        text: 'In the Google Cloud console open **APIs & Services > Credentials** and choose **Create credentials > OAuth client ID**, of the type **Web application**. The consent screen is **Internal**.',
      },
      { text: 'Enter:', fields: [{ label: 'Authorized redirect URIs', value: 'redirectUri' }] },
      { text: 'Hand over **Client ID** and **Client secret**, and the domain of the Workspace.' },
    ],
    issuer: 'https://accounts.google.com',
    clientId: '1234567890-example.apps.googleusercontent.com',
    roles: 'Google’s ID tokens hold neither groups nor custom attributes: give roles by `jit.defaults`, or use SAML.',
  },
  scim: 'Google provisions applications of its catalogue alone: a custom SAML application or an OAuth client has no provisioning. Users are created at their first sign-in here (`jit`), groups and roles follow at each sign-in; who is suspended at Google cannot sign in any more, and an open session ends with its lifetime. A directory behind Google that speaks SCIM, such as an HR system, can provision here itself.',
  traps: {
    both: ['A change in the Admin console can take up to 24 hours, though mostly minutes.'],
    saml: [
      'The certificate ends after five years: make a new one under **Manage certificates** and hand over new metadata before.',
    ],
    oidc: ['For OpenID Connect write `hostedDomain`: without it every Google account is asked for.'],
  },
};
