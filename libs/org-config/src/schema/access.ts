import { BUILT_IN_ROLES } from '../document.ts';
import type { JsonSchema } from './json-schema.ts';
import { foreignWord, name, permission, previously, text } from './names.ts';

const displayName = (what: string, example: string): JsonSchema => ({
  ...text,
  description: `What people see instead of the name of this ${what}.`,
  examples: [example],
});

/** `spec.scopes`: what a role can be granted on. */
export const scopes: JsonSchema = {
  description: 'What roles are granted on: accounts, projects, whatever the product has, by name.',
  type: 'object',
  propertyNames: name,
  maxProperties: 10_000,
  additionalProperties: {
    description: 'One scope; `{}` is enough.',
    type: 'object',
    additionalProperties: false,
    properties: {
      displayName: displayName('scope', 'EU shop'),
      parent: {
        ...name,
        description: 'The scope that this one belongs to. Grants on the parent are not inherited.',
        examples: ['account/main'],
      },
      previously: previously(name, 'scope', 'project/eu'),
    },
    examples: [{ displayName: 'EU shop', parent: 'account/main' }],
  },
  examples: [{ 'account/main': { displayName: 'Main account' } }],
};

/** `spec.roles`: custom roles; the built-in ones need no declaration. */
export const roles: JsonSchema = {
  description:
    'Roles of this organization, by name. `member`, `sso_admin` and `auditor` are built in and need no entry.',
  type: 'object',
  propertyNames: { ...name, not: { enum: BUILT_IN_ROLES } },
  maxProperties: 1000,
  additionalProperties: {
    description: 'One role; `{}` is enough.',
    type: 'object',
    additionalProperties: false,
    properties: {
      displayName: displayName('role', 'Campaign creator'),
      permissions: {
        description: 'What the role allows, in the words of the application; Rolecall hands them on.',
        type: 'array',
        uniqueItems: true,
        maxItems: 1000,
        items: { ...permission, description: 'A permission.', examples: ['campaigns.read'] },
        examples: [['campaigns.read', 'campaigns.write']],
      },
      previously: previously(name, 'role', 'creator'),
    },
    examples: [{ permissions: ['campaigns.read', 'campaigns.write'] }],
  },
  examples: [{ 'campaign-creator': { permissions: ['campaigns.read', 'campaigns.write'] } }],
};

/** `spec.groups`: declared groups. */
export const groups: JsonSchema = {
  description: 'Groups of users, such as inboxes and teams, by name.',
  type: 'object',
  propertyNames: name,
  maxProperties: 10_000,
  additionalProperties: {
    description: 'One group; `{}` is enough.',
    type: 'object',
    additionalProperties: false,
    properties: {
      displayName: displayName('group', 'VIP inbox'),
      previously: previously(name, 'group', 'inbox/gold'),
    },
    examples: [{ displayName: 'VIP inbox' }],
  },
  examples: [{ 'inbox/vip': { displayName: 'VIP inbox' } }],
};

const mappingRoles: JsonSchema = {
  description:
    'Mapping roles, by the names that the identity provider sends in the attribute `role_mapping`. A user gets what every matching one gives. At most 10000.',
  type: 'object',
  propertyNames: foreignWord,
  maxProperties: 10_000,
  additionalProperties: {
    description: 'What users with this mapping role get.',
    type: 'object',
    additionalProperties: false,
    properties: {
      grants: { $ref: '#/$defs/grants' },
      groups: { $ref: '#/$defs/groups' },
      previously: previously(foreignWord, 'mapping role', 'developers'),
    },
    examples: [{ grants: { 'account/main': ['campaign-creator'] } }],
  },
  examples: [{ engineering: { grants: { 'account/main': ['campaign-creator'] } } }],
};

const rules: JsonSchema = {
  description:
    'Rules over the attributes of a user. Every rule that matches gives; what they give adds up. At most 1000.',
  type: 'array',
  maxItems: 1000,
  items: {
    description: 'One rule.',
    type: 'object',
    required: ['name', 'when'],
    additionalProperties: false,
    properties: {
      name: {
        ...name,
        description: 'Names the rule in traces, plans and the audit log; unique in this list.',
        examples: ['admins-by-group'],
      },
      when: { $ref: '#/$defs/condition' },
      grants: { $ref: '#/$defs/grants' },
      groups: { $ref: '#/$defs/groups' },
    },
    examples: [
      {
        name: 'admins-by-group',
        when: { attribute: 'groups', equals: 'acme-admins' },
        grants: { 'account/main': ['sso_admin'] },
      },
    ],
  },
  examples: [
    [
      {
        name: 'admins-by-group',
        when: { attribute: 'groups', equals: 'acme-admins' },
        grants: { 'account/main': ['sso_admin'] },
      },
    ],
  ],
};

/** `spec.authorization`: who decides about roles, and how. */
export const authorization: JsonSchema = {
  description: 'How what the identity provider says of a user becomes roles and groups.',
  type: 'object',
  additionalProperties: false,
  properties: {
    managedBy: {
      description:
        '`idp`: roles come only from mappingRoles, rules and accountAttributes, anew at every sign-in and at every apply. `app`: a new user gets `jit.defaults` once, and roles are then edited in the application.',
      enum: ['idp', 'app'],
      default: 'idp',
      examples: ['idp'],
    },
    unmatched: {
      description: 'A user whom nothing matches is refused, or gets `jit.defaults`.',
      enum: ['refuse', 'defaults'],
      default: 'refuse',
      examples: ['defaults'],
    },
    appScopes: {
      description:
        'With `managedBy: idp`: scopes whose roles are edited in the application all the same, such as an account of a partner. Nothing under `mappingRoles`, `rules`, `accountAttributes` and `jit.defaults` may grant on them. With `managedBy: app` every scope is one.',
      type: 'array',
      uniqueItems: true,
      maxItems: 10_000,
      items: { ...name, description: 'One of `spec.scopes`.', examples: ['account/partner'] },
      examples: [['account/partner']],
    },
    mappingRoles,
    rules,
    accountAttributes: {
      description:
        'Attributes that hold a role map in JSON for one scope each: attribute -> scope. The value looks like {"roles": ["member"], "customRoles": ["campaign-creator"]}; {} means no access.',
      type: 'object',
      propertyNames: foreignWord,
      maxProperties: 1000,
      additionalProperties: {
        ...name,
        description: 'The scope that the role map is for.',
        examples: ['account/main'],
      },
      examples: [{ MainAccRole: 'account/main' }],
    },
  },
  examples: [{ managedBy: 'idp', unmatched: 'refuse' }],
};
