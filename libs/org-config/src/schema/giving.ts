import { foreignWord, name } from './names.ts';
import type { JsonSchema } from './json-schema.ts';

/** `grants:` wherever something gives roles: scope -> roles, each scope once (a key), each role once. */
export const grantSet: JsonSchema = {
  description: 'Which roles on which scopes: scope name -> list of roles.',
  type: 'object',
  propertyNames: name,
  maxProperties: 1000,
  additionalProperties: {
    description: 'Roles on this scope: declared under `roles`, or the built-in `member`, `sso_admin` and `auditor`.',
    type: 'array',
    uniqueItems: true,
    minItems: 1,
    maxItems: 200,
    items: { ...name, description: 'The name of a role.', examples: ['member'] },
    examples: [['member']],
  },
  examples: [{ 'account/main': ['member'] }],
};

/** `groups:` wherever something makes a user a member of groups. */
export const groupSet: JsonSchema = {
  description: 'Groups that the user becomes a member of, by name; declared under `groups`.',
  type: 'array',
  uniqueItems: true,
  maxItems: 1000,
  items: { ...name, description: 'The name of a group.', examples: ['inbox/vip'] },
  examples: [['inbox/vip']],
};

/** `when:` of a rule. The branches only choose; the keys themselves are described once, above them. */
export const condition: JsonSchema = {
  description:
    'When the rule gives: an attribute and exactly one of `equals`, `in`, `startsWith`, `present`; or `cel` alone. Comparisons are case-sensitive and look at every value of the attribute.',
  type: 'object',
  additionalProperties: false,
  properties: {
    attribute: {
      ...foreignWord,
      description:
        'The name of an attribute that the identity provider sends, or `email`, `givenName`, `familyName`, `displayName`.',
      examples: ['groups', 'department'],
    },
    equals: {
      description: 'One of the values of the attribute is exactly this one.',
      type: 'string',
      maxLength: 1024,
      examples: ['acme-admins'],
    },
    in: {
      description: 'One of the values of the attribute is one of these.',
      type: 'array',
      uniqueItems: true,
      minItems: 1,
      maxItems: 1000,
      items: { description: 'A value.', type: 'string', maxLength: 1024, examples: ['Sales'] },
      examples: [['Sales', 'Presales']],
    },
    startsWith: {
      description: 'One of the values of the attribute begins with this text.',
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      examples: ['cn=admins,'],
    },
    present: {
      description: 'true: the attribute was sent, with at least one value. false: it was not.',
      type: 'boolean',
      examples: [true],
    },
    cel: {
      description:
        'A condition in CEL (Common Expression Language). `facts` maps each attribute to its list of values; only the functions of the standard are there, and time and size are bounded.',
      type: 'string',
      minLength: 1,
      maxLength: 2048,
      examples: ["'Support' in facts.department && 'vip' in facts.groups"],
    },
  },
  oneOf: [
    { title: '`attribute` with `equals`', required: ['attribute', 'equals'], maxProperties: 2 },
    { title: '`attribute` with `in`', required: ['attribute', 'in'], maxProperties: 2 },
    { title: '`attribute` with `startsWith`', required: ['attribute', 'startsWith'], maxProperties: 2 },
    { title: '`attribute` with `present`', required: ['attribute', 'present'], maxProperties: 2 },
    { title: '`cel` alone', required: ['cel'], maxProperties: 1 },
  ],
  examples: [{ attribute: 'groups', equals: 'acme-admins' }],
};
