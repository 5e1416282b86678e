import { API_VERSION } from '../document.ts';
import { applications, forwardAuthApplication, oidcApplication } from './applications.ts';
import { authorization, groups, roles, scopes } from './access.ts';
import { condition, grantSet, groupSet } from './giving.ts';
import { identityProviders, samlIdentityProvider } from './identity-provider.ts';
import type { JsonSchema } from './json-schema.ts';
import { login } from './login.ts';
import { oidcIdentityProvider } from './oidc-identity-provider.ts';
import { domain, previously, organizationName, slug, text } from './names.ts';
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

const guestDomains: JsonSchema = {
  description:
    'Domains of outside people – agencies, contractors – who may be invited, exempted and made recovery admins. Nobody is led here, created or linked because of them: sign-ins and SCIM create only users of `emailDomains`. Matters only where `emailDomains` says something.',
  type: 'array',
  uniqueItems: true,
  maxItems: 1000,
  items: { ...domain, description: 'A domain that is none of `emailDomains`.', examples: ['agency.example'] },
  examples: [['agency.example']],
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
        guestDomains,
        scopes,
        roles,
        groups,
        identityProviders,
        login,
        jit,
        authorization,
        scim,
        applications,
        tests,
      },
      examples: [{ displayName: 'Acme Corp' }],
    },
  },
  $defs: {
    grants: grantSet,
    groups: groupSet,
    condition,
    samlIdentityProvider,
    oidcIdentityProvider,
    oidcApplication,
    forwardAuthApplication,
  },
};
