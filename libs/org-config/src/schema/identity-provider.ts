import {
  absoluteUri,
  emailDomainsOfProvider,
  fileBelow,
  foreignWord,
  httpUrl,
  previously,
  identityProviderName,
  text,
} from './names.ts';
import type { JsonSchema } from './json-schema.ts';

export const attributeNames: JsonSchema = {
  description:
    "Which attribute of the identity provider holds a profile field. A field that is not named here is read from an attribute with the field's own name.",
  type: 'object',
  additionalProperties: false,
  properties: {
    email: { ...foreignWord, description: 'The attribute with the e-mail address.', examples: ['mail'] },
    givenName: { ...foreignWord, description: 'The attribute with the first name.', examples: ['firstName'] },
    familyName: { ...foreignWord, description: 'The attribute with the last name.', examples: ['lastName'] },
    displayName: { ...foreignWord, description: 'The attribute with the name to show.', examples: ['displayName'] },
  },
  examples: [{ email: 'email', givenName: 'firstName', familyName: 'lastName' }],
};

const metadata: JsonSchema = {
  description:
    'The SAML metadata of the identity provider: its entity id, its sign-in URL and its signing certificates. Exactly one of `url`, `file`, `xml`. A URL is fetched when the identity provider is new or the URL has changed, and never between: a certificate that changes at the same URL is picked up when the URL is written differently, such as with `?v=2`.',
  type: 'object',
  additionalProperties: false,
  properties: {
    url: {
      ...httpUrl,
      description: 'Where the identity provider publishes its metadata.',
      examples: ['https://acme.okta.com/app/abc/sso/saml/metadata'],
    },
    file: {
      ...fileBelow,
      description: 'A file with the metadata, beside this document or below it. It becomes part of the document.',
      examples: ['acme-okta.xml'],
    },
    xml: {
      description: 'The metadata itself, as a block of text.',
      type: 'string',
      minLength: 1,
      maxLength: 1_048_576,
      examples: ['<md:EntityDescriptor entityID="https://idp.example.com/saml" …>…</md:EntityDescriptor>'],
    },
  },
  oneOf: [
    { title: '`url`', required: ['url'], maxProperties: 1 },
    { title: '`file`', required: ['file'], maxProperties: 1 },
    { title: '`xml`', required: ['xml'], maxProperties: 1 },
  ],
  examples: [{ url: 'https://acme.okta.com/app/abc/sso/saml/metadata' }],
};

/** A SAML 2.0 identity provider of one organization. */
export const samlIdentityProvider: JsonSchema = {
  description: 'A SAML 2.0 identity provider.',
  type: 'object',
  required: ['type', 'metadata'],
  additionalProperties: false,
  properties: {
    type: { description: 'The protocol: `saml`.', const: 'saml', examples: ['saml'] },
    displayName: {
      ...text,
      description: 'What the sign-in page calls it. Default: its name.',
      examples: ['Okta'],
    },
    enabled: {
      description:
        'false keeps every setting, ends the sessions that it opened and lets nobody sign in through it, until it is true again.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    metadata,
    forceAuthn: {
      description: 'The identity provider must ask its users to authenticate again at each sign-in (SAML ForceAuthn).',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    allowIdpInitiated: {
      description:
        'true takes sign-ins that begin at the identity provider, such as from the tiles of its portal; each is confirmed by the user on a page of Rolecall, and leads nowhere but to Rolecall. With false they are refused, and the user is led to begin here. With `forceAuthn`, the sign-in at the identity provider must be of the last ten minutes.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    signRequests: {
      description:
        'Rolecall signs its authentication requests, with a key that the server makes for this identity provider.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    minimumSigned: {
      description:
        'What the identity provider must sign at least: the `response`, the `assertion`, `both`, or `either` of them. A signature that is present must be good in any case.',
      enum: ['either', 'response', 'assertion', 'both'],
      default: 'either',
      examples: ['assertion'],
    },
    authnContexts: {
      description:
        'How users must sign in there: authentication context classes, requested exactly; a sign-in that names none of them is refused. Default: none is requested, and any is taken.',
      type: 'array',
      minItems: 1,
      maxItems: 20,
      uniqueItems: true,
      items: {
        ...absoluteUri,
        description: 'An authentication context class, as the identity provider names it.',
        examples: ['urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'],
      },
      examples: [['urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken']],
    },
    emailDomains: emailDomainsOfProvider,
    attributes: attributeNames,
    previously: previously(identityProviderName, 'identity provider', 'okta-old'),
  },
  examples: [{ type: 'saml', metadata: { url: 'https://acme.okta.com/app/abc/sso/saml/metadata' } }],
};

/** The map of identity providers; `type` chooses the branch, so that an error is never one of a branch not meant. */
export const identityProviders: JsonSchema = {
  description:
    'The identity providers through which users of this organization sign in, by name. The name is part of the URLs that are entered at a SAML identity provider: /saml/<organization>/<name>/acs.',
  type: 'object',
  propertyNames: identityProviderName,
  maxProperties: 50,
  additionalProperties: {
    description: 'One identity provider: a SAML 2.0 one or an OpenID provider.',
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: [{ $ref: '#/$defs/samlIdentityProvider' }, { $ref: '#/$defs/oidcIdentityProvider' }],
    examples: [
      { type: 'saml', metadata: { url: 'https://acme.okta.com/app/abc/sso/saml/metadata' } },
      {
        type: 'oidc',
        issuer: 'https://accounts.google.com',
        clientId: '1234.apps.googleusercontent.com',
        clientSecret: { fromEnv: 'ACME_GOOGLE_SECRET' },
        hostedDomain: 'acme.com',
      },
    ],
  },
  examples: [{ okta: { type: 'saml', metadata: { url: 'https://acme.okta.com/app/abc/sso/saml/metadata' } } }],
};
