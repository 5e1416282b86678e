import type { JsonSchema } from './json-schema.ts';
import { foreignWord, identityProviderName, text } from './names.ts';

/** Refusals that the mapping itself can give; the only ones a test of the document can expect. */
const REFUSAL_CODES = [
  'missing_role_mapping',
  'unmatched_role',
  'no_rule_matched',
  'no_access',
  'invalid_role_map',
  'unknown_role',
] as const;

const expectation: JsonSchema = {
  description:
    'What must come out: `grants` (exactly these, no others) and, where groups matter, `groups`; or `refused` with the code of the refusal.',
  type: 'object',
  additionalProperties: false,
  properties: {
    grants: { $ref: '#/$defs/grants' },
    groups: { $ref: '#/$defs/groups' },
    refused: {
      description: 'The user is refused, with this code.',
      enum: REFUSAL_CODES,
      examples: ['unmatched_role'],
    },
  },
  oneOf: [
    { title: '`grants` and/or `groups`', minProperties: 1, properties: { refused: false } },
    { title: '`refused` alone', required: ['refused'], maxProperties: 1 },
  ],
  examples: [{ grants: { 'account/main': ['member'] } }, { refused: 'unmatched_role' }],
};

/** `spec.tests`: examples of users with the outcome that they must have. */
export const tests: JsonSchema = {
  description:
    'Examples of users and what they must get. `validate` runs them, and `apply` does before it writes anything: a rule that is changed by mistake is found here.',
  type: 'array',
  maxItems: 1000,
  items: {
    description: 'One example.',
    type: 'object',
    required: ['name', 'facts', 'expect'],
    additionalProperties: false,
    properties: {
      name: {
        ...text,
        description: 'A sentence; unique in this list.',
        examples: ['an engineer may create campaigns'],
      },
      facts: {
        description: 'What the identity provider sends of the user: attribute -> value or list of values.',
        type: 'object',
        propertyNames: foreignWord,
        maxProperties: 200,
        additionalProperties: {
          description: 'The value, or the values.',
          type: ['string', 'array'],
          maxLength: 16_384,
          maxItems: 5000,
          items: { description: 'A value.', type: 'string', maxLength: 16_384, examples: ['vip'] },
          examples: ['engineering', ['vip', 'emea']],
        },
        examples: [{ role_mapping: 'engineering', groups: ['vip'] }],
      },
      identityProvider: {
        ...identityProviderName,
        description:
          'Through which identity provider the user comes; needed only where several map attributes differently.',
        examples: ['okta'],
      },
      expect: expectation,
    },
    examples: [
      {
        name: 'a stranger is refused',
        facts: { role_mapping: 'marketing', email: 'mo@acme.com' },
        expect: { refused: 'unmatched_role' },
      },
    ],
  },
  examples: [
    [
      {
        name: 'an engineer may create campaigns',
        facts: { role_mapping: 'engineering', email: 'eve@acme.com' },
        expect: { grants: { 'account/main': ['campaign-creator'] } },
      },
    ],
  ],
};
