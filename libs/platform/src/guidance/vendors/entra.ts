import type { VendorFacts } from './facts.ts';
import { entraScim } from './scim/entra.ts';

const APP = 'Entra admin center > Enterprise applications > <app>';
const SSO = `${APP} > Single sign-on`;
const REGISTRATION = 'Entra admin center > App registrations > <app>';
const CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

export const entra: VendorFacts = {
  vendor: 'entra',
  name: 'Microsoft Entra ID',
  menus: {
    application: APP,
    audience: `${SSO} > Basic SAML Configuration > Identifier (Entity ID)`,
    acs: `${SSO} > Basic SAML Configuration > Reply URL (Assertion Consumer Service URL)`,
    signature: `${SSO} > SAML Certificates > Token signing certificate > Edit > Signing Option and Signing Algorithm`,
    certificate: `${SSO} > SAML Certificates > Token signing certificate`,
    encryption: `${APP} > Token encryption`,
    nameId: `${SSO} > Attributes & Claims > Unique User Identifier (Name ID)`,
    attributes: `${SSO} > Attributes & Claims`,
    roles: `${SSO} > Attributes & Claims > Add a group claim, or Add new claim`,
    assignment: `${APP} > Users and groups`,
    clientSecret: `${REGISTRATION} > Certificates & secrets`,
    redirectUri: `${REGISTRATION} > Authentication > Web > Redirect URIs`,
    logs: `${APP} > Sign-in logs`,
  },
  oidcMenus: {
    application: REGISTRATION,
    attributes: `${REGISTRATION} > Token configuration > Add optional claim`,
    roles: `${REGISTRATION} > App roles, or Token configuration > Add groups claim`,
  },
  saml: {
    steps: [
      {
        text: 'In the Entra admin center open **Enterprise applications > New application > Create your own application**, and choose “Integrate any other application you don’t find in the gallery”.',
      },
      {
        text: 'Under **Single sign-on > SAML**, edit **Basic SAML Configuration**:',
        fields: [
          { label: 'Identifier (Entity ID)', value: 'entityId' },
          { label: 'Reply URL (Assertion Consumer Service URL)', value: 'acsUrl' },
          { label: 'Sign on URL', value: 'loginUrl', note: 'makes the tile of My Apps start the sign-in at our side' },
        ],
      },
      {
        text: 'Under **Attributes & Claims** check the claims of the table below, and set the **Unique User Identifier** to `user.objectid` with the format **Persistent**: a name that never changes.',
      },
      { text: 'Assign people or groups under **Users and groups**.' },
    ],
    metadata: 'Under **SAML Certificates** copy the **App Federation Metadata Url**.',
    metadataSource: {
      url: 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/federationmetadata/2007-06/federationmetadata.xml?appid=66666666-7777-4888-8999-000000000000',
    },
    attributes: [
      { field: 'email', name: `${CLAIM}/emailaddress`, source: 'user.mail' },
      { field: 'givenName', name: `${CLAIM}/givenname`, source: 'user.givenname' },
      { field: 'familyName', name: `${CLAIM}/surname`, source: 'user.surname' },
    ],
    roles:
      'For `role_mapping` add a claim of this name without a namespace, whose source is an attribute or a **claim condition** per group. **Add a group claim** sends object ids of groups, unless another source attribute is chosen there.',
  },
  oidc: {
    steps: [
      { text: 'Open **App registrations > New registration**, for accounts of this organizational directory only.' },
      { text: 'Choose the platform **Web** and enter:', fields: [{ label: 'Redirect URI', value: 'redirectUri' }] },
      {
        text: 'Make a secret under **Certificates & secrets**; hand over its **Value** with its date of expiry, and the **Application (client) ID** and **Directory (tenant) ID** of the overview.',
      },
      {
        text: 'Under **Token configuration** add the optional claims `email`, `given_name`, `family_name` to the ID token.',
      },
    ],
    issuer: 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0',
    clientId: '66666666-7777-4888-8999-000000000000',
    roles:
      'Under **App roles** make roles and assign them; they arrive as the claim `roles`. **Token configuration > Add groups claim** sends group ids as `groups`.',
  },
  scim: entraScim,
  traps: {
    both: [
      'With more than 150 groups Entra sends a link in place of the groups: choose **Groups assigned to the application** for the group claim.',
      'A user without the attribute `mail` has no e-mail claim: fill it in, or map `user.userprincipalname`.',
    ],
    oidc: [
      'The secret of an app registration expires; the **Value** is shown once, and the **Secret ID** is not the secret.',
    ],
  },
};
