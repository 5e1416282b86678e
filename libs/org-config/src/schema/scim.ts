import { DIRECTORY_LIMITS } from '../duration.ts';
import type { JsonSchema } from './json-schema.ts';
import { attributeName, duration, previously, slug, text, urn } from './names.ts';

/** Types that an attribute of an extension may have (RFC 7643 section 2.3). */
const TYPES = ['string', 'boolean', 'integer', 'decimal', 'dateTime', 'binary', 'reference', 'complex'] as const;

const description: JsonSchema = {
  ...text,
  description: 'What the attribute means, for whoever maps it at the identity provider.',
  examples: ['Where the cost of this person is booked'],
};
const multiValued: JsonSchema = {
  description: 'true = a list of values.',
  type: 'boolean',
  default: false,
  examples: [true],
};
const required: JsonSchema = {
  description: 'true = refuse a user of this schema without it.',
  type: 'boolean',
  default: false,
  examples: [true],
};
const caseExact: JsonSchema = {
  description:
    'true = filters tell upper and lower case apart. For strings alone; in references and binary values case matters.',
  type: 'boolean',
  default: false,
  examples: [true],
};
const mutability: JsonSchema = {
  description: '`immutable`: what was set once stays, and another value is refused.',
  enum: ['readWrite', 'immutable'],
  default: 'readWrite',
  examples: ['immutable'],
};
const canonicalValues: JsonSchema = {
  description: 'The values that are meant; published for the identity provider, others are taken too.',
  type: 'array',
  uniqueItems: true,
  minItems: 1,
  maxItems: 200,
  items: { ...text, description: 'A value.', examples: ['gold'] },
  examples: [['gold', 'silver']],
};

const subAttributes: JsonSchema = {
  description: 'The parts of a `complex` attribute, by name; needed there, and only there.',
  type: 'object',
  propertyNames: attributeName,
  minProperties: 1,
  maxProperties: 50,
  additionalProperties: {
    description: 'One part.',
    type: 'object',
    required: ['type'],
    additionalProperties: false,
    properties: {
      type: {
        description: 'What its values are.',
        enum: TYPES.filter((type) => type !== 'complex'),
        examples: ['string'],
      },
      description,
      multiValued,
      required,
      mutability,
      caseExact,
      canonicalValues,
    },
    examples: [{ type: 'string' }],
  },
  examples: [{ name: { type: 'string' }, head: { type: 'string' } }],
};

const extension: JsonSchema = {
  description:
    "Attributes of users beside SCIM's own, in a schema of the organization; the directory offers it at /Schemas, and rules read its attributes by their names.",
  type: 'object',
  required: ['urn', 'attributes'],
  additionalProperties: false,
  properties: {
    urn: {
      ...urn,
      description:
        'Names the schema. Entra ID wants the form in the example. The schemas that every directory has cannot be declared.',
      examples: ['urn:ietf:params:scim:schemas:extension:acme:2.0:User'],
    },
    name: {
      ...text,
      description: 'What people see. Default: `Extension`.',
      default: 'Extension',
      examples: ['Acme user'],
    },
    required: {
      description:
        'true = refuse a user without this schema. Map it at the identity provider first: changes of users who lack it are refused from then on.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    attributes: {
      description: 'Its attributes, by name. None may have a name that every user has already.',
      type: 'object',
      propertyNames: attributeName,
      minProperties: 1,
      maxProperties: 100,
      additionalProperties: {
        description: 'One attribute.',
        type: 'object',
        required: ['type'],
        additionalProperties: false,
        properties: {
          type: { description: 'What its values are.', enum: TYPES, examples: ['string'] },
          description,
          multiValued,
          required,
          mutability,
          caseExact,
          canonicalValues,
          subAttributes,
        },
        examples: [{ type: 'string' }],
      },
      examples: [{ tier: { type: 'string', canonicalValues: ['gold', 'silver'] }, badge: { type: 'integer' } }],
    },
  },
  examples: [
    {
      urn: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User',
      attributes: { tier: { type: 'string', canonicalValues: ['gold', 'silver'] } },
    },
  ],
};

const brake: JsonSchema = {
  description:
    'Holds a mass removal that may be a mistake at the identity provider: deactivations and deletions are refused (403) until somebody lets them through with `rolecall scim release`. The last active user who holds `sso_admin` is held in any case, also by a change of a user or a group that would take the role away; logins and applies are not held.',
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: {
      description: 'false lets every number of removals through.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    share: {
      description: 'Percent of the active users that may be deactivated or deleted within `window`.',
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 20,
      examples: [10],
    },
    window: {
      ...duration,
      description: `The time over which removals are counted: ${DIRECTORY_LIMITS.brakeWindow.words}.`,
      default: '1h',
      examples: ['1h', '1d'],
    },
    atLeast: {
      description: 'So many removals within `window` are never held, however small the directory is.',
      type: 'integer',
      minimum: 0,
      maximum: 100_000,
      default: 10,
      examples: [25],
    },
  },
  examples: [{ share: 10, window: '1h', atLeast: 25 }],
};

const tokens: JsonSchema = {
  description:
    'The bearer tokens by which identity providers come in, by name; as a rule one for each identity provider. The document declares that there is such a token; the server makes it when asked (`rolecall scim token issue`), and shows it once. Issuing again lets the former one live on for `overlap`. A name that leaves the document ends its tokens at the apply.',
  type: 'object',
  propertyNames: slug,
  maxProperties: 20,
  additionalProperties: {
    description: 'One token; `{}` is enough.',
    type: 'object',
    additionalProperties: false,
    properties: {
      displayName: { ...text, description: 'What people see instead of the name.', examples: ['Okta production'] },
      rotateEvery: {
        ...duration,
        description: `How long a token is good for until another should be issued: ${DIRECTORY_LIMITS.rotateEvery.words}. It ends by itself \`overlap\` later; \`rolecall plan\` warns before.`,
        default: '365d',
        examples: ['90d'],
      },
      overlap: {
        ...duration,
        description: `How long the former token stays good after another was issued: ${DIRECTORY_LIMITS.overlap.words}, at most \`rotateEvery\`.`,
        default: '7d',
        examples: ['7d'],
      },
      previously: previously(slug, 'token', 'okta-old'),
    },
    examples: [{ rotateEvery: '90d', overlap: '7d' }],
  },
  examples: [{ okta: { rotateEvery: '90d', overlap: '7d' } }],
};

/** `spec.scim`: the directory of an organization. */
export const scim: JsonSchema = {
  description:
    'The directory: the identity provider creates, changes and deactivates users and pushes groups over SCIM 2.0. Users whom it manages get their access from what it says of them, and no longer from what a sign-in says.',
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: {
      description:
        'false lets no token in and keeps everything: users, groups, and the access that the directory gave them.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    mode: {
      description:
        '`tolerant` understands what real identity providers send, also where it departs from the standard; `strict` refuses it, as the interoperability profile wants.',
      enum: ['tolerant', 'strict'],
      default: 'tolerant',
      examples: ['strict'],
    },
    linkExisting: {
      description:
        'What happens when the directory creates somebody who signs in here already. `never`: a separate user is made. `verified-domain`: the one user with that e-mail address comes under the directory, when the organization has proved the domain or is vouched for; the access stays as it is until the directory next changes the user.',
      enum: ['never', 'verified-domain'],
      default: 'never',
      examples: ['verified-domain'],
    },
    reprovision: {
      description:
        'What happens when the directory creates a user whom it had deactivated: `reactivate` the same user, or a `conflict` (409).',
      enum: ['reactivate', 'conflict'],
      default: 'reactivate',
      examples: ['conflict'],
    },
    uniqueGroupNames: {
      description: 'Refuse a second group of the same name, in whatever case; rules know groups by their names.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    unknownMembers: {
      description:
        'What happens to a change of a group that names a user who is not in the directory: `refuse` it, or `ignore` that member.',
      enum: ['refuse', 'ignore'],
      default: 'refuse',
      examples: ['ignore'],
    },
    brake,
    tokens,
    extension,
  },
  examples: [{ tokens: { okta: { rotateEvery: '90d', overlap: '7d' } } }],
};
