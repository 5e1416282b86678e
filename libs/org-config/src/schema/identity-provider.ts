import {
  absoluteUri,
  aliases,
  emailDomainsOfProvider,
  certificate,
  duration,
  entityId,
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
    'The SAML metadata of the identity provider: its entity id, its sign-in URL and its signing certificates. Exactly one of `url`, `file`, `xml`. A URL is fetched again by itself, and after every apply that changes the document: a signing key that appears beside a known one is taken; when all keys change at once, the known ones stay in use until somebody accepts the new ones (`rolecall idps`).',
  type: 'object',
  additionalProperties: false,
  properties: {
    url: {
      ...httpUrl,
      description: 'Where the identity provider publishes its metadata.',
      examples: ['https://acme.okta.com/app/abc/sso/saml/metadata'],
    },
    refresh: {
      ...duration,
      description:
        'How often the URL is fetched again, from 15m to 7d. While it cannot be fetched, what is known stays in use.',
      default: '6h',
      examples: ['6h'],
    },
    entityId: {
      ...entityId,
      description:
        'The entity id of the identity provider. Needed where the metadata holds several; the first one is never simply taken.',
      examples: ['https://idp.example.com/saml'],
    },
    signedBy: {
      ...certificate,
      type: ['string', 'object'],
      required: ['file'],
      additionalProperties: false,
      properties: {
        file: {
          ...fileBelow,
          description:
            'A file with the certificate, beside this document or below it. It becomes part of the document.',
          examples: ['federation-signer.pem'],
        },
      },
      description:
        'The certificate, in PEM or as a file, of the key that must have signed the metadata behind the URL. Signed metadata must have a validUntil within 90 days, and may replace all keys at once.',
      examples: ['-----BEGIN CERTIFICATE-----\nMIIC…\n-----END CERTIFICATE-----\n'],
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
    { title: '`url`', required: ['url'], properties: { file: false, xml: false } },
    { title: '`file`', required: ['file'], properties: { url: false, xml: false } },
    { title: '`xml`', required: ['xml'], properties: { url: false, file: false } },
  ],
  examples: [{ url: 'https://acme.okta.com/app/abc/sso/saml/metadata' }],
};

const serviceProviderKeys: JsonSchema = {
  description:
    'Our own keys for this identity provider, made by the server and published in our metadata: one pair to sign requests, another one to decrypt assertions. Present, even as `{}`: assertions may come encrypted. A higher `generation` makes the next pairs, which are published at once beside the present ones; after `overlap` they are in use and the former still decrypt, for as long again.',
  type: 'object',
  additionalProperties: false,
  properties: {
    generation: {
      description: 'Raise it to replace the keys. To lower it brings nothing back.',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
      examples: [2],
    },
    overlap: {
      ...duration,
      description:
        'How long the identity provider has to take the next keys, and how long the former decrypt after that; 1h to 90d.',
      default: '7d',
      examples: ['14d'],
    },
  },
  examples: [{ generation: 1, overlap: '7d' }],
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
    singleLogout: {
      description:
        'A sign-out here signs the user out at the identity provider too, and a sign-out there ends the sessions here (SAML single logout). Both sides must be set up: its metadata must name a SingleLogoutService, and it must know ours, /saml/<organization>/<name>/slo, and our certificate, as in our metadata. Requests are then signed as with `signRequests`.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    requestBinding: {
      description:
        'How authentication requests reach the identity provider: by `redirect`, or by a form that the browser posts, which may lead to the origin of that address alone: one that sends the browser on to another host at once needs `redirect`. One whose metadata offers HTTP-POST alone gets them so in any case.',
      enum: ['redirect', 'post'],
      default: 'redirect',
      examples: ['post'],
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
    requireAuthnStatement: {
      description:
        'false takes sign-ins of an identity provider that does not say when and how its users authenticated (an assertion without AuthnStatement, such as of some Keycloak clients). With `forceAuthn` or `authnContexts` they are refused all the same.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    emailDomains: emailDomainsOfProvider,
    requireEncrypted: {
      description:
        'Refuse assertions that are not encrypted. The key for it is made by the server and stands in our metadata, as with `serviceProviderKeys`.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    serviceProviderKeys,
    aliases,
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
