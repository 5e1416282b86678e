import type { VendorFacts } from './facts.ts';
import { genericScim } from './scim/generic.ts';

const APP = "your identity provider > the application's settings";

export const generic: VendorFacts = {
  vendor: 'generic',
  name: 'Other identity providers',
  menus: {
    application: APP,
    audience: `${APP} > audience, entity id or identifier of the service provider`,
    acs: `${APP} > assertion consumer service, reply or single sign-on URL; recipient and destination are the same`,
    signature: `${APP} > signing: response or assertion, SHA-256`,
    certificate: `${APP} > signing certificate, or its metadata`,
    encryption: `${APP} > assertion encryption: off`,
    nameId: `${APP} > subject or NameID`,
    attributes: `${APP} > attributes or claims`,
    roles: `${APP} > attributes or claims`,
    assignment: `${APP} > people and groups who have it`,
    clientSecret: `${APP} > client secret`,
    redirectUri: `${APP} > redirect or callback URLs`,
    logs: 'your identity provider > sign-in log',
  },
  saml: {
    steps: [
      {
        text: 'Make an application or relying party for SAML 2.0. If it reads metadata, give it our metadata URL; that fills in the rest.',
      },
      {
        text: 'Else enter:',
        fields: [
          { label: 'Entity id, audience or identifier', value: 'entityId' },
          {
            label: 'Assertion consumer service (ACS), reply or single sign-on URL',
            value: 'acsUrl',
            note: 'HTTP-POST; recipient and destination, too',
          },
          { label: 'Sign-on URL, if it asks for one', value: 'loginUrl' },
          { label: 'NameID format', text: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
          { label: 'Signature', text: 'assertion or response, RSA-SHA256' },
        ],
      },
      { text: 'Send the attributes of the table below, and give the application to people or groups.' },
    ],
    metadata: 'Hand over the address of the metadata, or the file.',
    metadataSource: { url: 'https://id.acme.com/saml/metadata' },
    attributes: [
      { field: 'email', name: 'email', source: 'the e-mail address' },
      { field: 'givenName', name: 'firstName', source: 'the given name' },
      { field: 'familyName', name: 'lastName', source: 'the family name' },
    ],
    roles: 'Send the name of a mapping role as `role_mapping`, or groups as `groups`, and write rules over them.',
  },
  oidc: {
    steps: [
      { text: 'Register a confidential web client for the authorization code flow, with PKCE if there is a choice.' },
      { text: 'Enter:', fields: [{ label: 'Redirect or callback URL', value: 'redirectUri' }] },
      { text: 'Allow the scopes `openid`, `email` and `profile`; hand over issuer, client id and client secret.' },
    ],
    issuer: 'https://id.acme.com',
    clientId: 'rolecall',
    roles: 'Put `groups` or `role_mapping` into the ID token, or write `userinfo: true` in the document.',
  },
  scim: genericScim,
  traps: {
    saml: [
      'One signature is enough, on the assertion or on the response; SHA-1 is refused.',
      'The clock of the identity provider may be off by three minutes at most.',
    ],
    oidc: ['The clock of the provider may be off by a minute at most.'],
  },
};
