import type { VendorFacts } from './facts.ts';
import { cloudflareScim } from './scim/cloudflare.ts';

const APP = 'Cloudflare dashboard > Zero Trust > Access controls > Applications > <app>';

export const cloudflare: VendorFacts = {
  vendor: 'cloudflare',
  name: 'Cloudflare Access',
  menus: {
    application: APP,
    audience: `${APP} > Entity ID`,
    acs: `${APP} > Assertion Consumer Service URL`,
    signature: `${APP} (Cloudflare signs both response and assertion with SHA-256)`,
    certificate: `${APP} > Public key`,
    encryption: `${APP} (Cloudflare does not encrypt assertions)`,
    nameId: `${APP} > Name ID Format`,
    attributes: `${APP} > SAML attribute statements`,
    roles: `${APP} > SAML attribute statements`,
    assignment: `${APP} > Policies`,
    clientSecret: `${APP} > Client secret`,
    redirectUri: `${APP} > Redirect URLs`,
    logs: 'Cloudflare dashboard > Zero Trust > Insights > Logs',
  },
  saml: {
    steps: [
      {
        text: 'In Zero Trust open **Access controls > Applications**, choose a new application of the type **SaaS**, type a name of your own and choose **SAML**.',
      },
      {
        text: 'Enter:',
        fields: [
          { label: 'Entity ID', value: 'entityId' },
          { label: 'Assertion Consumer Service URL', value: 'acsUrl' },
          { label: 'Name ID Format', text: 'Unique ID' },
        ],
      },
      { text: 'Add the attributes of the table below under **SAML attribute statements**.' },
      { text: 'Add a policy that allows the people who shall have the application: without one nobody gets in.' },
    ],
    metadata: 'Copy the **SAML Metadata endpoint** of the application.',
    metadataSource: { url: 'https://acme.cloudflareaccess.com/cdn-cgi/access/sso/saml/0123example/saml-metadata' },
    attributes: [
      { field: 'email', name: 'email', source: 'email' },
      { field: 'givenName', name: 'firstName', source: 'the IdP claim that holds it' },
      { field: 'familyName', name: 'lastName', source: 'the IdP claim that holds it' },
    ],
    roles:
      'Add an attribute statement named `groups` or `role_mapping` from the claim of the identity provider behind Cloudflare that holds it.',
  },
  oidc: {
    steps: [
      {
        text: 'In Zero Trust open **Access controls > Applications**, choose a new application of the type **SaaS** and **OIDC**.',
      },
      {
        text: 'Choose the scopes **openid**, **email** and **profile** and enter:',
        fields: [{ label: 'Redirect URLs', value: 'redirectUri' }],
      },
      { text: 'Hand over **Client ID**, **Client secret** and **Issuer**, and add a policy.' },
    ],
    issuer: 'https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/0123example',
    clientId: '0123example',
    roles: 'Add the scope **groups**; the claim is `groups`.',
  },
  scim: cloudflareScim,
  traps: {
    both: [
      'Cloudflare passes on what the identity provider behind it says: an attribute that is missing there is missing here.',
    ],
  },
};
