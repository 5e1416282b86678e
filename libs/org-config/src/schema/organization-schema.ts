import { API_VERSION } from '../document.ts';
import { authorization, groups, roles, scopes } from './access.ts';
import { condition, grantSet, groupSet } from './giving.ts';
import { identityProviders, samlIdentityProvider } from './identity-provider.ts';
import type { JsonSchema } from './json-schema.ts';
import { oidcIdentityProvider } from './oidc-identity-provider.ts';
import { domain, duration, identityProviderName, previously, organizationName, slug, text } from './names.ts';
import { scim } from './scim.ts';
import { tests } from './tests.ts';

const metadata: JsonSchema = {
  description: 'Which organization this is, and what happens to it when its document disappears.',
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: {
      ...organizationName,
      description: "The organization's name and login domain: its users sign in at /login/<name>.",
      examples: ['acme'],
    },
    previously: previously(organizationName, 'organization', 'acme-corp'),
    deletionPolicy: {
      description:
        'What an apply with `--prune` does once the document is gone: `retain` gives up ownership and keeps everything, `delete` deletes the organization with its users. Stored on the server, so that removing the file cannot remove the guard.',
      enum: ['retain', 'delete'],
      default: 'retain',
      examples: ['retain'],
    },
    labels: {
      description: 'Free labels, for filters and reports; they decide nothing.',
      type: 'object',
      propertyNames: text,
      maxProperties: 64,
      additionalProperties: { ...text, description: 'The value of the label.', examples: ['enterprise'] },
      examples: [{ tier: 'enterprise', region: 'eu' }],
    },
  },
  examples: [{ name: 'acme' }],
};

const emailDomains: JsonSchema = {
  description:
    'Domains whose e-mail addresses belong to this organization: they lead from the sign-in page to it, and only such users are created. None: any address but those of another organization’s domain. Domains of everybody, such as gmail.com or co.uk, are refused. A name that is not ASCII is written as DNS has it (`xn--…`).',
  type: 'object',
  propertyNames: domain,
  maxProperties: 1000,
  additionalProperties: {
    description: 'How it is known that the domain is theirs.',
    type: 'object',
    required: ['verification'],
    additionalProperties: false,
    properties: {
      verification: {
        description:
          '`dns`: the organization proves it by a TXT record, which `rolecall domains` shows; until then the domain leads nobody here, creates nobody and links nobody. `asserted`: the platform team vouches for it, which needs the right `domains.assert`.',
        enum: ['dns', 'asserted'],
        examples: ['dns'],
      },
    },
    examples: [{ verification: 'dns' }],
  },
  examples: [{ 'acme.com': { verification: 'dns' } }],
};

const login: JsonSchema = {
  description: 'How users sign in, and for how long.',
  type: 'object',
  additionalProperties: false,
  properties: {
    enforceSso: {
      description:
        'Only single sign-on lets users of this organization in. Needs an enabled identity provider, and to be turned on a sign-in through it within the last 14 days: `rolecall test-sso`.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    default: {
      ...identityProviderName,
      description:
        'The identity provider for e-mail addresses whose domain no identity provider names in its `emailDomains`. Without it, and where several are left, the sign-in page offers a choice.',
      examples: ['okta'],
    },
    session: {
      description: 'How long a signed-in browser stays signed in.',
      type: 'object',
      additionalProperties: false,
      properties: {
        idle: {
          ...duration,
          description: 'Without any request for this long, the session ends: 1m to 7d, at most `lifetime`.',
          default: '1h',
          examples: ['30m', '1h'],
        },
        lifetime: {
          ...duration,
          description: 'After this long it ends in any case: 5m to 30d.',
          default: '12h',
          examples: ['12h', '7d'],
        },
      },
      examples: [{ idle: '1h', lifetime: '12h' }],
    },
  },
  examples: [{ enforceSso: true }],
};

const jit: JsonSchema = {
  description: 'Just-in-time provisioning: users who do not exist yet and sign in through an identity provider.',
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: {
      description: 'true creates them at their first sign-in; false refuses them.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    defaults: {
      description: 'What new users get with `managedBy: app`, and unmatched ones with `unmatched: defaults`.',
      type: 'object',
      additionalProperties: false,
      properties: { grants: { $ref: '#/$defs/grants' }, groups: { $ref: '#/$defs/groups' } },
      examples: [{ grants: { 'account/main': ['member'] } }],
    },
  },
  examples: [{ enabled: true }],
};

const from: JsonSchema = {
  description:
    'Templates (`kind: OrganizationTemplate`) whose settings this inherits. Maps are merged by key; a value or a list of this document wins, then one of a later template. `rolecall plan` shows where each inherited setting stands.',
  type: 'array',
  minItems: 1,
  maxItems: 16,
  uniqueItems: true,
  items: { ...slug, description: 'The name of a template.', examples: ['enterprise'] },
  examples: [['enterprise']],
};

/** JSON Schema (draft 2020-12) of everything that an organization document may say today. */
export const organizationSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://rolecall.dev/schemas/organization.v1.json',
  title: 'Organization',
  description: 'One customer organization of Rolecall: who signs in how, and which roles they get.',
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { description: 'The version of this format.', const: API_VERSION, examples: [API_VERSION] },
    kind: { description: 'What the document declares.', const: 'Organization', examples: ['Organization'] },
    metadata,
    spec: {
      description: 'The settings of the organization. What is not written has its default.',
      type: 'object',
      additionalProperties: false,
      properties: {
        from,
        displayName: {
          ...text,
          description: 'What people see. Default: the name of the organization.',
          examples: ['Acme Corp'],
        },
        emailDomains,
        scopes,
        roles,
        groups,
        identityProviders,
        login,
        jit,
        authorization,
        scim,
        tests,
      },
      examples: [{ displayName: 'Acme Corp' }],
    },
  },
  $defs: { grants: grantSet, groups: groupSet, condition, samlIdentityProvider, oidcIdentityProvider },
};
