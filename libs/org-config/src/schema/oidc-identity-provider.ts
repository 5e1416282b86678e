import { attributeNames } from './identity-provider.ts';
import type { JsonSchema } from './json-schema.ts';
import { day, domain, environmentName, fileBelow, foreignWord, identityProviderName, issuer } from './names.ts';
import { emailDomainsOfProvider, previously, text } from './names.ts';

const clientSecret: JsonSchema = {
  description:
    'Where the `rolecall` command finds the client secret; the secret itself never stands in a document. Exactly one of `fromEnv`, `fromFile`. A plan compares fingerprints; the value is sent at an apply only, and stored sealed.',
  type: 'object',
  additionalProperties: false,
  properties: {
    fromEnv: {
      ...environmentName,
      description: 'The environment variable that holds it where `rolecall plan` and `rolecall apply` run.',
      examples: ['ACME_GOOGLE_SECRET'],
    },
    fromFile: {
      ...fileBelow,
      description: 'A file that holds it, beside this document or below it; one line end after it is left out.',
      examples: ['secrets/acme-google'],
    },
    version: {
      description: 'Any number, raised when the secret was rotated: the new value is then asked for.',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      examples: [2],
    },
    expires: {
      ...day,
      description: 'The day on which the secret ends at the identity provider, for people who read the document.',
      examples: ['2027-03-31'],
    },
  },
  oneOf: [
    { title: '`fromEnv`', required: ['fromEnv'], properties: { fromFile: false } },
    { title: '`fromFile`', required: ['fromFile'], properties: { fromEnv: false } },
  ],
  examples: [{ fromEnv: 'ACME_GOOGLE_SECRET' }],
};

/** An OpenID provider of one organization. */
export const oidcIdentityProvider: JsonSchema = {
  description: 'An OpenID provider.',
  type: 'object',
  required: ['type', 'issuer', 'clientId', 'clientSecret'],
  additionalProperties: false,
  properties: {
    type: { description: 'The protocol: `oidc`.', const: 'oidc', examples: ['oidc'] },
    displayName: { ...text, description: 'What the sign-in page calls it. Default: its name.', examples: ['Google'] },
    enabled: {
      description: 'false keeps every setting and lets nobody sign in through it, until it is true again.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    issuer: {
      ...issuer,
      description:
        'The identifier of the provider, exactly as it names itself; its settings are read from /.well-known/openid-configuration below it.',
      examples: ['https://accounts.google.com'],
    },
    clientId: {
      ...foreignWord,
      description: 'The client id that the provider gave Rolecall. The redirect URI to enter there is /oidc/callback.',
      examples: ['1234.apps.googleusercontent.com'],
    },
    clientSecret,
    hostedDomain: {
      ...domain,
      description: 'Google Workspace: only users of this domain, by the claim `hd` of the ID token.',
      examples: ['acme.com'],
    },
    emailDomains: emailDomainsOfProvider,
    attributes: {
      ...attributeNames,
      description:
        'Which claim of the ID token holds a profile field. A field that is not named here is read from the standard claim: `email`, `given_name`, `family_name`, `name`.',
      examples: [{ displayName: 'preferred_username' }],
    },
    previously: previously(identityProviderName, 'identity provider', 'google-old'),
  },
  examples: [
    {
      type: 'oidc',
      issuer: 'https://accounts.google.com',
      clientId: '1234.apps.googleusercontent.com',
      clientSecret: { fromEnv: 'ACME_GOOGLE_SECRET' },
    },
  ],
};
