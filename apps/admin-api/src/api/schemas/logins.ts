import { ref, text, list, count, string, object, sha256, moment, orNull, nullable } from './parts.ts';

const flow = {
  traceId: { ...string, description: 'Stands on the error page and in the log' },
  kind: { enum: ['saml-login', 'saml-test', 'saml-logout', 'oidc-login', 'oidc-test', 'oidc-logout'] },
  identityProvider: { ...string, description: '`unknown` when the login could not be told' },
  vendor: { type: ['string', 'null'], description: 'The vendor of the identity provider, such as `okta` or `generic`' },
  startedAt: moment,
  finishedAt: moment,
  outcome: { enum: ['succeeded', 'refused'] },
  code: { type: ['string', 'null'], description: 'The error code when it was refused' },
  mustAct: { enum: ['platform', 'customer', 'user', null], description: 'Who can end the refusal' },
  userId: { type: ['string', 'null'] },
};

const shown = object({ code: string, message: { ...string, description: 'What to do' } });

const metadata = {
  url: { ...orNull(string), description: 'null: the metadata stands in the document and is never fetched' },
  refreshSeconds: orNull(count),
  signed: { type: 'boolean', description: 'The document names the key that must have signed the metadata' },
  lastAttempt: orNull(moment),
  lastSuccess: orNull(moment),
  nextRefresh: orNull(moment),
  failures: { ...count, description: 'In a row' },
  error: { ...nullable(shown), description: 'Why the last refresh took nothing' },
  inUse: nullable(ref('Metadata')),
  held: {
    ...nullable(
      object({ digest: sha256, since: moment, code: string, message: string, contents: nullable(ref('Metadata')) }),
    ),
    description: 'What the URL serves now and is not used before somebody accepts its digest',
  },
};

/** What a login goes through: identity providers, domains, flows, tests. */
export const logins = {
  IdentityProviders: object({ identityProviders: list(ref('IdentityProvider')) }),
  IdentityProvider: object({
    name: string,
    type: { enum: ['saml', 'oidc'] },
    displayName: string,
    enabled: { type: 'boolean' },
    issuer: { ...orNull(string), description: 'Of an OpenID provider' },
    metadata: { ...nullable(object(metadata)), description: 'Of a SAML identity provider' },
  }),
  Metadata: object({
    entityId: string,
    ssoUrl: string,
    validUntil: orNull(moment),
    signingCertificates: list(
      object({ fingerprint: { ...sha256, description: 'SHA-256 of the certificate' }, expires: moment, key: string }),
    ),
  }),
  MetadataRefreshed: object({
    outcome: {
      enum: ['unchanged', 'use', 'hold', 'failed', 'overtaken'],
      description: 'use = new metadata is in use; hold = it waits to be accepted; overtaken = an apply came between',
    },
    error: nullable(shown),
  }),
  MetadataAccepted: object({ identityProvider: string, digest: sha256 }),
  DomainList: object({ domains: list(ref('Domain')) }),
  Domain: object({
    domain: string,
    verification: { enum: ['dns', 'asserted'] },
    state: {
      enum: ['asserted', 'pending', 'verified', 'failing'],
      description:
        'Pending: leads nobody here, creates nobody and links nobody. Failing: the proof is missing; after a week the domain is pending again',
    },
    record: object({ type: { const: 'TXT' }, name: string, value: string }),
    verifiedAt: { type: ['string', 'null'], format: 'date-time', description: 'Proved without a break since then' },
    checkedAt: { type: ['string', 'null'], format: 'date-time' },
    failingSince: { type: ['string', 'null'], format: 'date-time' },
    error: {
      enum: ['record_missing', 'record_differs', 'dns_unreachable', 'email_domain_taken', null],
      description: 'Of the last look; `email_domain_taken`: it is proved, and another organization has it',
    },
  }),
  FlowPage: object({ flows: list(ref('FlowSummary')), nextCursor: { type: ['string', 'null'] } }),
  FlowSummary: object(flow),
  Flow: object({
    ...flow,
    guidance: {
      anyOf: [ref('Guidance'), { type: 'null' }],
      description: 'What to do about the code; null when it succeeded, or for a code of another version',
    },
    steps: list(ref('FlowStep')),
  }),
  SsoTestLink: object({
    id: string,
    url: { ...string, description: 'SECRET until it was used: shows details to whoever opens it first' },
    expiresAt: moment,
  }),
  SsoTest: object(
    {
      id: string,
      state: { enum: ['waiting', 'begun', 'succeeded', 'failed'], description: 'begun = somebody opened the link' },
      expiresAt: { ...moment, description: 'Of the link, and of the result once there is one' },
      traceId: { type: ['string', 'null'], description: 'Of the flow record of the sign-in that the link began' },
      code: { type: ['string', 'null'] },
      mustAct: { enum: ['platform', 'customer', 'user', null] },
      guidance: { anyOf: [ref('Guidance'), { type: 'null' }] },
      steps: list(ref('FlowStep')),
      facts: {
        ...list(object({ name: string, count, values: list(string) }, ['values'])),
        description: 'What the identity provider said; values only of attributes that the mapping reads',
      },
      grants: list(object({ scope: string, role: string })),
      groups: list(string),
      rules: list(
        object({
          kind: { enum: ['mappingRole', 'rule', 'accountAttribute', 'default'] },
          name: string,
          matched: { type: 'boolean' },
          why: string,
        }),
      ),
    },
    ['facts', 'grants', 'groups', 'rules'],
  ),
  Guidance: object({
    sentence: { ...string, description: "The operator's sentence: what is wrong and what to do" },
    menu: {
      type: ['string', 'null'],
      description: "The way through the menus of the customer's identity provider, where a setting of it is to change",
    },
    guide: { ...string, description: 'The guide for this vendor, from the root of the repository' },
    setup: { type: ['string', 'null'], description: "The gateway's page with what is entered where, for the customer" },
  }),
  FlowStep: object(
    {
      check: { ...string, description: 'The name of the check' },
      passed: { type: 'boolean' },
      want: text(401, 'What was expected'),
      got: text(401, 'What was found. Of a check that failed it may be whatever was sent: a claim, and personal data'),
    },
    ['want', 'got'],
  ),
};
