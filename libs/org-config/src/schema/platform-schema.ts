import { API_RIGHTS } from '../api-rights.ts';
import { API_VERSION } from '../document.ts';
import { DEFAULT_PASSWORD_LENGTH } from '../platform-document.ts';
import type { JsonSchema } from './json-schema.ts';
import { audience, claimName, claimValue, duration, issuer, name, organizationGlob, slug } from './names.ts';

const conditions: JsonSchema = {
  description:
    'What claims of the token must be; all of them must hold, and a claim that is absent, or a list, holds nothing. A text must be equal to the last letter, a list names several that are right, and `startsWith` how it must begin.',
  type: 'object',
  minProperties: 1,
  maxProperties: 20,
  propertyNames: claimName,
  additionalProperties: {
    description: 'What this claim must be: a text, `true` or `false`, a list of texts, or `{ startsWith: … }`.',
    type: ['string', 'boolean', 'array', 'object'],
    minLength: 1,
    maxLength: 512,
    uniqueItems: true,
    minItems: 1,
    maxItems: 100,
    items: { ...claimValue, description: 'One that is right.', examples: ['refs/heads/main'] },
    required: ['startsWith'],
    additionalProperties: false,
    properties: {
      startsWith: {
        ...claimValue,
        description: 'How the claim must begin.',
        examples: ['repo:acme/config:environment:'],
      },
    },
    examples: ['acme/config'],
  },
  examples: [{ repository: 'acme/config', environment: 'production' }],
};

const trustedIssuer: JsonSchema = {
  description: 'One kind of job, and what it may do.',
  type: 'object',
  required: ['issuer', 'conditions', 'rights', 'organizations'],
  additionalProperties: false,
  properties: {
    issuer: {
      ...issuer,
      description:
        'Who signs the tokens: exactly their claim `iss`. Its keys are found by its `/.well-known/openid-configuration`.',
      examples: ['https://token.actions.githubusercontent.com', 'https://gitlab.com'],
    },
    audience: {
      ...audience,
      description:
        'For whom the tokens are made: exactly their claim `aud`, and nobody beside it. Default: the public URL of the admin API, which is what the command line asks for.',
      examples: ['https://rolecall.example.com'],
    },
    conditions,
    rights: {
      description: 'What such a job may do, as with `rolecall token create --rights`.',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      items: { description: 'A right.', enum: API_RIGHTS, examples: ['plan'] },
      examples: [['organizations.read', 'plan', 'apply']],
    },
    organizations: {
      description:
        'Which organizations it may see and change, by patterns of their names. `*` alone is the deployment.',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      maxItems: 100,
      items: {
        ...organizationGlob,
        description: 'A name, or a pattern in which `*` stands for any characters.',
        examples: ['eu-*'],
      },
      examples: [['acme', 'eu-*']],
    },
    maxLifetime: {
      ...duration,
      description: 'How long the API token is good that a job gets: 1m to 15m.',
      default: '15m',
      examples: ['5m'],
    },
  },
  examples: [
    {
      issuer: 'https://token.actions.githubusercontent.com',
      conditions: { repository: 'acme/config', environment: 'production' },
      rights: ['organizations.read', 'plan', 'apply'],
      organizations: ['*'],
    },
  ],
};

const passwords: JsonSchema = {
  description:
    'Passwords of those who may sign in without an identity provider. Only their length is asked for, and that nobody knows them.',
  type: 'object',
  additionalProperties: false,
  properties: {
    minimumLength: {
      description: 'Characters at least.',
      type: 'integer',
      minimum: 8,
      maximum: 64,
      default: DEFAULT_PASSWORD_LENGTH,
      examples: [16],
    },
  },
  examples: [{ minimumLength: 16 }],
};

const administration: JsonSchema = {
  description:
    'Who administers this deployment while signed in: users of one organization, by roles that it declares, on any scope. Without it API tokens and pipelines alone do. These roles open every organization: keep the organization in a collection that few may apply to.',
  type: 'object',
  required: ['organization'],
  minProperties: 2,
  additionalProperties: false,
  properties: {
    organization: { ...slug, description: 'Name of the organization of the platform team.', examples: ['example-inc'] },
    adminRole: {
      ...name,
      description: 'The role that may do everything, as with a token that has every right.',
      examples: ['platform-admin'],
    },
    auditorRole: {
      ...name,
      description: 'The role that may read everything: every right that ends with `.read`.',
      examples: ['platform-auditor'],
    },
  },
  examples: [{ organization: 'example-inc', adminRole: 'platform-admin' }],
};

/** JSON Schema (draft 2020-12) of the document of the deployment. */
export const platformSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://rolecall.dev/schemas/platform.v1.json',
  title: 'Platform',
  description:
    'What belongs to a deployment of Rolecall and to none of its organizations. One document per deployment.',
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { description: 'The version of this format.', const: API_VERSION, examples: [API_VERSION] },
    kind: { description: 'What the document declares.', const: 'Platform', examples: ['Platform'] },
    metadata: {
      description: 'There is one such document, and this is its name.',
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { name: { description: 'Always the same.', const: 'platform', examples: ['platform'] } },
      examples: [{ name: 'platform' }],
    },
    spec: {
      description: 'The settings of the deployment.',
      type: 'object',
      additionalProperties: false,
      properties: {
        trustedIssuers: {
          description:
            'Pipelines without a secret: jobs that prove by a token of their own host who they are get an API token for some minutes (`POST /v1/token`). Of several entries that fit, the one with the most conditions counts, and of these the first by name.',
          type: 'object',
          propertyNames: slug,
          maxProperties: 200,
          additionalProperties: trustedIssuer,
          examples: [{}],
        },
        passwords,
        administration,
      },
      examples: [{ trustedIssuers: {} }],
    },
  },
};
