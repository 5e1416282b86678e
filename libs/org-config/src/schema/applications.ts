import type { JsonSchema } from './json-schema.ts';
import { httpUrl, previously, slug, text } from './names.ts';
import { secretReference } from './secret-reference.ts';

const displayName: JsonSchema = {
  ...text,
  description: 'What people see where the application is named. Default: its name.',
  examples: ['Dashboard'],
};

const enabled: JsonSchema = {
  description: 'false keeps every setting and lets nobody into the application, until it is true again.',
  type: 'boolean',
  default: true,
  examples: [false],
};

/** More than an address that anybody configures, and short enough for a request line. */
const address: JsonSchema = { ...httpUrl, maxLength: 512 };

const clientSecret = secretReference({
  description:
    'Where the `rolecall` command finds the secret by which the application proves who it is: at least 32 random characters, which the application has as well. The secret itself never stands in a document. Exactly one of `fromEnv`, `fromFile`, `age`. A plan compares fingerprints; the value is sent at an apply only, and stored sealed.',
  expires:
    'The last day on which it should be used; `rolecall validate`, `plan` and `apply` warn of it from 30 days before.',
  variable: 'ACME_DASHBOARD_SECRET',
  file: 'secrets/acme-dashboard',
});

/** An application that signs its users in through OpenID Connect, with Rolecall as the provider. */
export const oidcApplication: JsonSchema = {
  description:
    'An application that signs its users in through OpenID Connect, with Rolecall as its provider. Its client id is `<organization>.<name>`, its issuer is `/op` of the gateway; it uses the authorization code flow with PKCE (S256).',
  type: 'object',
  required: ['type', 'redirectUris'],
  additionalProperties: false,
  properties: {
    type: { description: 'How it asks who is there: `oidc`.', const: 'oidc', examples: ['oidc'] },
    displayName,
    enabled,
    redirectUris: {
      description:
        'Where the application takes the answer to a sign-in. Compared letter by letter: no wildcard, no fragment; https, or http on a loopback host (`localhost`, `127.0.0.1`, `[::1]`).',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      maxItems: 20,
      items: {
        ...address,
        description: 'An address of the application.',
        examples: ['https://app.example.com/callback'],
      },
      examples: [['https://app.example.com/callback']],
    },
    postLogoutRedirectUris: {
      description: 'Where a sign-out that began in the application may lead back to; spelled as `redirectUris` are.',
      type: 'array',
      uniqueItems: true,
      maxItems: 20,
      items: { ...address, description: 'An address of the application.', examples: ['https://app.example.com/'] },
      default: [],
      examples: [['https://app.example.com/']],
    },
    clientAuthentication: {
      description:
        'How the application proves who it is where it exchanges a code: by its `clientSecret`, or `none` for one that can keep no secret, such as a page in a browser, where PKCE alone protects the code.',
      enum: ['none', 'client_secret_basic', 'client_secret_post'],
      default: 'none',
      examples: ['client_secret_basic'],
    },
    clientSecret,
    refreshTokens: {
      description:
        'Whether the application gets a refresh token. It ends with the session that it came from, and is another one after each use.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    idTokenAlgorithm: {
      description: 'How its ID tokens are signed.',
      enum: ['RS256', 'ES256'],
      default: 'RS256',
      examples: ['ES256'],
    },
    previously: previously(slug, 'application', 'dash'),
  },
  examples: [{ type: 'oidc', redirectUris: ['https://app.example.com/callback'] }],
};

/** An application that knows nothing of sign-ins: the proxy before it asks Rolecall. */
export const forwardAuthApplication: JsonSchema = {
  description:
    'An application behind a proxy (nginx, Traefik, Caddy) that asks Rolecall at each request who is there: `/auth/verify` of the gateway.',
  type: 'object',
  required: ['type', 'origins'],
  additionalProperties: false,
  properties: {
    type: {
      description: 'How it asks who is there: `forward-auth`.',
      const: 'forward-auth',
      examples: ['forward-auth'],
    },
    displayName,
    enabled,
    origins: {
      description:
        'Where browsers find the application: scheme, host and port, without a path. https, or http on a loopback host (`localhost`, `127.0.0.1`, `[::1]`). Other organizations may name the same one: each lets its own users in.',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      maxItems: 20,
      items: { ...address, description: 'An origin.', examples: ['https://grafana.example.com'] },
      examples: [['https://grafana.example.com']],
    },
    previously: previously(slug, 'application', 'metrics'),
  },
  examples: [{ type: 'forward-auth', origins: ['https://grafana.example.com'] }],
};

/** `spec.applications`; `type` chooses the branch. */
export const applications: JsonSchema = {
  description:
    'The applications that users of this organization sign in to through Rolecall, by name. Whatever an application holds ends with the session that it came from.',
  type: 'object',
  propertyNames: slug,
  maxProperties: 100,
  additionalProperties: {
    description: 'One application: an OpenID Connect client, or one behind a proxy.',
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: [{ $ref: '#/$defs/oidcApplication' }, { $ref: '#/$defs/forwardAuthApplication' }],
    examples: [
      { type: 'oidc', redirectUris: ['https://app.example.com/callback'] },
      { type: 'forward-auth', origins: ['https://grafana.example.com'] },
    ],
  },
  examples: [{ dashboard: { type: 'oidc', redirectUris: ['https://app.example.com/callback'] } }],
};
