import type { JsonSchema } from './json-schema.ts';
import { day, duration, emailAddress, identityProviderName, text } from './names.ts';

const exemptions: JsonSchema = {
  description:
    'People who may use a password although `enforceSso` is true, by e-mail address: those whom the identity provider has no account for. Their domain is one of `emailDomains` or `guestDomains`, where these say anything.',
  type: 'object',
  propertyNames: emailAddress,
  maxProperties: 1000,
  additionalProperties: {
    description: 'Why, and until when.',
    type: 'object',
    required: ['reason', 'expires'],
    additionalProperties: false,
    properties: {
      reason: {
        ...text,
        description: 'Why this person cannot use single sign-on; whoever reviews the document reads it.',
        examples: ['no account at the IdP'],
      },
      expires: {
        ...day,
        description:
          'The last day on which it holds, UTC. Afterwards single sign-on is the only way in for this person too.',
        examples: ['2027-03-31'],
      },
    },
    examples: [{ reason: 'no account at the IdP', expires: '2027-03-31' }],
  },
  examples: [{ 'contractor@agency.example': { reason: 'no account at the IdP', expires: '2027-03-31' } }],
};

const recoveryAdmins: JsonSchema = {
  description:
    'E-mail addresses that may ask for a one-time link at /recovery-access when single sign-on is broken, to repair it. `enforceSso: true` needs one. Mailboxes that work without the identity provider are best.',
  type: 'array',
  uniqueItems: true,
  maxItems: 20,
  items: { ...emailAddress, description: 'An e-mail address.', examples: ['it@acme.com'] },
  examples: [['it@acme.com', 'security@acme.com']],
};

const session: JsonSchema = {
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
};

/** `spec.login`. */
export const login: JsonSchema = {
  description: 'How users sign in, and for how long.',
  type: 'object',
  additionalProperties: false,
  properties: {
    enforceSso: {
      description:
        'Only single sign-on lets users of this organization in: no password, reset, second factor or invitation by password works for them. Needs an enabled identity provider and a recovery admin; and to be turned on, a sign-in through it within the last 14 days (`rolecall test-sso`) and an active user with the role `sso_admin`. Turned off, it keeps every setting, ends all sessions, and people set a password by "forgot password".',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    endOtherSessions: {
      description: 'Turning `enforceSso` on ends the sessions that did not come from single sign-on.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    exemptions,
    recoveryAdmins,
    recovery: {
      description: 'How a recovery link is had.',
      type: 'object',
      additionalProperties: false,
      properties: {
        twoPerson: {
          description: 'Another recovery admin must confirm before the link is sent. Needs two recovery admins.',
          type: 'boolean',
          default: false,
          examples: [true],
        },
      },
      examples: [{ twoPerson: true }],
    },
    secondFactor: {
      description:
        'Of sign-ins with a password: `required` asks everybody for a second factor, by e-mail code who has set none up; `optional` those who set one up. Single sign-on leaves it to the identity provider.',
      enum: ['optional', 'required'],
      default: 'optional',
      examples: ['required'],
    },
    default: {
      ...identityProviderName,
      description:
        'The identity provider for e-mail addresses whose domain no identity provider names in its `emailDomains`. Without it, and where several are left, the sign-in page offers a choice.',
      examples: ['okta'],
    },
    session,
  },
  examples: [{ enforceSso: true, recoveryAdmins: ['it@acme.com'] }],
};
