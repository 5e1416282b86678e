import type { VendorFacts } from './facts.ts';
import { oneloginScim } from './scim/onelogin.ts';

const APP = 'OneLogin Administration > Applications > <app>';

export const onelogin: VendorFacts = {
  vendor: 'onelogin',
  name: 'OneLogin',
  menus: {
    application: APP,
    audience: `${APP} > Configuration > Audience (EntityID)`,
    acs: `${APP} > Configuration > ACS (Consumer) URL, Recipient and ACS (Consumer) URL Validator`,
    signature: `${APP} > Configuration > SAML signature element, and SSO > SAML Signature Algorithm`,
    certificate: `${APP} > SSO > X.509 Certificate`,
    encryption: `${APP} > Configuration > SAML encryption`,
    nameId: `${APP} > Parameters > NameID value, and Configuration > SAML nameID format`,
    attributes: `${APP} > Parameters`,
    roles: `${APP} > Parameters, and Rules`,
    assignment: `${APP} > Access > Roles`,
    clientSecret: `${APP} > SSO > Client ID and Client Secret`,
    redirectUri: `${APP} > Configuration > Redirect URI's`,
    logs: 'OneLogin Administration > Activity > Events',
  },
  saml: {
    steps: [
      {
        text: 'Open **Applications > Applications > Add App**, search for **SAML Custom Connector (Advanced)**, name it and save.',
      },
      {
        text: 'On the tab **Configuration** enter:',
        fields: [
          { label: 'Audience (EntityID)', value: 'entityId' },
          { label: 'Recipient', value: 'acsUrl' },
          {
            label: 'ACS (Consumer) URL Validator',
            value: 'acsUrl',
            note: 'a regular expression: put ^ before, $ behind and \\ before each dot',
          },
          { label: 'ACS (Consumer) URL', value: 'acsUrl' },
          { label: 'Login URL', value: 'loginUrl' },
          { label: 'SAML initiator', text: 'Service Provider' },
          { label: 'SAML nameID format', text: 'Persistent' },
          { label: 'SAML signature element', text: 'Both' },
        ],
      },
      { text: 'On the tab **SSO** set the **SAML Signature Algorithm** to **SHA-256**.' },
      {
        text: 'On the tab **Parameters** add the attributes of the table below, each with **Include in SAML assertion** ticked.',
      },
      { text: 'Give the application to roles under **Access**.' },
    ],
    metadata:
      'On the tab **SSO** copy the **Issuer URL**: it answers with the metadata. **More Actions > SAML Metadata** downloads the same.',
    metadataSource: { url: 'https://app.onelogin.com/saml/metadata/11111111-2222-4333-8444-555555555555' },
    attributes: [
      { field: 'email', name: 'email', source: 'Email' },
      { field: 'givenName', name: 'firstName', source: 'First Name' },
      { field: 'familyName', name: 'lastName', source: 'Last Name' },
    ],
    roles:
      'Add a parameter named `role_mapping`. Its value is a user field, or is set by **Rules**, for example from the roles of OneLogin; tick **Multi-value parameter** when there may be several.',
  },
  oidc: {
    steps: [
      { text: 'Open **Applications > Applications > Add App** and search for **OpenId Connect (OIDC)**.' },
      { text: 'On the tab **Configuration** enter:', fields: [{ label: "Redirect URI's", value: 'redirectUri' }] },
      {
        text: 'On the tab **SSO** set **Application Type** to **Web** and **Token Endpoint** to **POST** or **Basic**, and hand over **Client ID** and **Client Secret**.',
      },
    ],
    issuer: 'https://acme.onelogin.com/oidc/2',
    clientId: '11111111-2222-4333-8444-555555555555',
    roles: 'On the tab **Parameters** change the value of **Groups**, and send it as `groups`.',
  },
  scim: oneloginScim,
  traps: {
    saml: [
      'New applications sign with SHA-1 until the **SAML Signature Algorithm** is changed: the code is `signature_algorithm_not_allowed`.',
      'The **ACS (Consumer) URL Validator** is a regular expression; when it does not match, OneLogin itself refuses the sign-in.',
    ],
  },
};
