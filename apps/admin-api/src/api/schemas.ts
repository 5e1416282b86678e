import { DIRECTORY_OUTCOMES, EXPIRY_KINDS } from '@rolecall/persistence';

/** JSON Schema draft 2020-12, as OpenAPI 3.1 has it. `$ref`s are `#/components/schemas/<name>`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const text = (maxLength: number, description: string): JsonSchema => ({ type: 'string', maxLength, description });
const list = (items: JsonSchema, maxItems?: number): JsonSchema => ({
  type: 'array',
  items,
  ...(maxItems === undefined ? {} : { maxItems }),
});
const count: JsonSchema = { type: 'integer', minimum: 0 };
const string: JsonSchema = { type: 'string' };

/** Unknown fields are refused: what is not understood is never silently dropped, and nothing can be smuggled in. */
const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const MAX_FILES = 100_000;
const MAX_ORGANIZATIONS = 20_000;

const path = { type: 'string', minLength: 1, maxLength: 1024, description: 'Relative to the collection' };
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const fingerprint = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$', description: 'Of the plan that was reviewed' };
const slug = { type: 'string', pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$' };
const leaseSecret = { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' };
const fencing = { type: 'integer', minimum: 1, maximum: 2_147_483_647 };
const uuid = { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' };
const cap = { type: 'string', pattern: '^(?:[0-9]{1,7}|(?:100|[0-9]{1,2})%)$' };
const moment = { type: 'string', format: 'date-time' };

const MAX_SECRETS = 100;
const secrets = (entry: JsonSchema, description: string): JsonSchema => ({
  type: 'object',
  description: `By JSON pointer into the document. ${description}`,
  propertyNames: { pattern: '^/spec/identityProviders/[a-z0-9-]{1,63}/clientSecret$' },
  maxProperties: MAX_SECRETS,
  additionalProperties: entry,
});
const sentOrganization = {
  document: { type: 'object', description: 'An organization document as declared; metadata inlined or by URL' },
  file: path,
  lines: {
    type: 'object',
    description: 'Lines in the file of what the document declares, by JSON pointer; to name the place to edit',
    propertyNames: { maxLength: 512 },
    maxProperties: 1000,
    additionalProperties: { type: 'integer', minimum: 1, maximum: 10_000_000 },
  },
};

const planRequest = {
  collection: { ...slug, description: 'The collection that owns the organizations' },
  organizations: list(ref('SentOrganization'), MAX_ORGANIZATIONS),
  platform: ref('SentPlatform'),
  unchangedFiles: {
    ...list(path, MAX_FILES),
    description: 'Files that are not sent, since they are as they were applied',
  },
  files: { ...list(ref('FileDigest'), MAX_FILES), description: 'Every file of the collection' },
  prune: {
    type: 'boolean',
    description: 'Release or delete the organizations that the collection owns and no longer has',
  },
  adopt: {
    type: 'boolean',
    default: false,
    description: 'Take the organizations that are declared and that no collection owns',
  },
  unmanaged: {
    enum: ['report', 'fail', 'delete'],
    default: 'report',
    description: 'What becomes of entries of keyed maps that no document declares',
  },
  conflicts: {
    enum: ['refuse', 'git'],
    default: 'refuse',
    description: 'git = what is declared replaces also what somebody else changed since the last apply',
  },
  limits: {
    ...object(
      {
        deletes: { ...cap, description: 'Of the organizations of the collection, to delete or release' },
        affected: { ...cap, description: 'Of the users of the organizations that change, to gain or lose anything' },
      },
      ['deletes', 'affected'],
    ),
    description: 'How far it may go at most; more than the deployment lets through, it cannot ask for',
  },
  partial: {
    ...object(
      {
        release: { ...list(slug, MAX_ORGANIZATIONS), description: 'To be given up, whatever their deletion policy' },
        prune: { ...list(slug, MAX_ORGANIZATIONS), description: 'To be deleted or given up, by their deletion policy' },
        fromServer: {
          type: 'boolean',
          default: false,
          description:
            'The documents were read from the server, not from files: what no file declared stays undeclared',
        },
      },
      ['release', 'prune', 'fromServer'],
    ),
    description:
      'Present when the request speaks of a few organizations, and not of the whole collection and its files',
  },
  allowReplace: {
    type: 'boolean',
    default: false,
    description: 'Remove and replace also identity providers that users are linked to',
  },
  origin: ref('Origin'),
};
const optionalInPlans = ['platform', 'adopt', 'unmanaged', 'conflicts', 'limits', 'allowReplace', 'partial'];

const requests = {
  Slug: slug,
  FileDigest: object({ path, digest: sha256, organizations: list(slug, MAX_ORGANIZATIONS) }),
  SentOrganization: object(
    {
      ...sentOrganization,
      secrets: secrets(object({ fingerprint: sha256 }), 'HMAC-SHA256 of `<organization>\\n<pointer>\\n<value>`'),
    },
    ['file', 'lines', 'secrets'],
  ),
  OrganizationToApply: object(
    {
      ...sentOrganization,
      secrets: secrets(
        object({ value: { type: 'string', minLength: 1, maxLength: 8192, writeOnly: true } }),
        'Sealed when stored; no answer ever has one',
      ),
    },
    ['file', 'lines', 'secrets'],
  ),
  Origin: object(
    { repository: text(512, 'Where the files come from'), commit: text(128, 'The commit that holds them') },
    ['repository', 'commit'],
  ),
  CompareRequest: object({ files: list(object({ path, digest: sha256 }), MAX_FILES) }),
  TokenExchange: object(
    {
      grant_type: { const: 'urn:ietf:params:oauth:grant-type:token-exchange' },
      subject_token: { type: 'string', maxLength: 16_384, writeOnly: true, description: 'The token of the job' },
      subject_token_type: {
        enum: ['urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:jwt'],
      },
      requested_token_type: { const: 'urn:ietf:params:oauth:token-type:access_token' },
      scope: text(512, 'Rights, separated by spaces; an entry of trustedIssuers that has them all gives these alone'),
    },
    ['requested_token_type', 'scope'],
  ),
  SentPlatform: object(
    { document: { type: 'object', description: 'The document of the deployment as declared' }, file: path },
    ['file'],
  ),
  PlanRequest: object(
    {
      ...planRequest,
      save: { type: 'boolean', default: false, description: 'Make it a plan that can be applied once, within 7 days' },
    },
    [...optionalInPlans, 'save'],
  ),
  OrganizationPatch: object(
    {
      patch: { type: 'object', description: 'JSON merge patch (RFC 7396) of the live document: null removes' },
      baseRevision: { type: 'integer', minimum: 1, description: 'The revision that the patch was made for' },
      override: {
        ...object({
          reason: {
            type: 'string',
            pattern: '^[^\\p{Cc}\\p{Cf}]{1,200}$',
            description: 'Stands in every plan until the end',
          },
          expires: { ...moment, description: 'Within seven days' },
        }),
        description:
          'Sets also fields that a collection declares, for a while; needs the right `organizations.override`',
      },
      secrets: secrets(
        object({ value: { type: 'string', minLength: 1, maxLength: 8192, writeOnly: true } }),
        'Sealed when stored; no answer ever has one',
      ),
      allowReplace: {
        type: 'boolean',
        default: false,
        description: 'Consent to take away or replace an identity provider that users are linked to',
      },
    },
    ['override', 'secrets', 'allowReplace'],
  ),
  AcceptMetadataRequest: object({ digest: { ...sha256, description: 'Of the held metadata that was looked at' } }),
  DirectoryTokenRequest: object({ name: { ...slug, description: 'One of `spec.scim.tokens` in the document' } }),
  ApplyRequest: object(
    {
      ...planRequest,
      organizations: list(ref('OrganizationToApply'), MAX_ORGANIZATIONS),
      fingerprint,
      lease: {
        ...fencing,
        description: "The caller's lease; without it the apply is refused while somebody has one",
      },
      leaseSecret: { ...leaseSecret, description: 'Of that lease, as its taking gave it' },
      planId: { ...uuid, description: 'Of the saved plan that this is; one is applied once' },
      applyId: {
        ...uuid,
        description:
          'Chosen by the client. Sent again within a day, it gets the result of the first and changes nothing',
      },
    },
    [...optionalInPlans, 'lease', 'leaseSecret', 'planId', 'applyId'],
  ),
  LeaseRequest: object({
    holder: {
      type: 'string',
      pattern: '^[ -~]{1,200}$',
      description: 'Who applies, for people: the address of a CI job, or a host',
    },
  }),
  LeaseRenewal: object({ fencing, secret: leaseSecret }),
} satisfies Record<string, JsonSchema>;

const change = {
  organization: string,
  action: { enum: ['create', 'update', 'rename', 'delete', 'release', 'adopt'] },
  previousName: string,
  looksLike: { ...string, description: 'An organization that goes and is much like this new one' },
  baseRevision: { ...count, description: 'The revision that the plan saw; 0 for a create' },
  fields: list(ref('FieldChange')),
  impact: ref('Impact'),
};

const flow = {
  traceId: { ...string, description: 'Stands on the error page and in the log' },
  kind: { enum: ['saml-login', 'saml-test', 'saml-logout', 'oidc-login', 'oidc-test', 'oidc-logout'] },
  identityProvider: { ...string, description: '`unknown` when the login could not be told' },
  vendor: { type: ['string', 'null'], description: 'The make of identity provider, such as `okta` or `generic`' },
  startedAt: moment,
  finishedAt: moment,
  outcome: { enum: ['succeeded', 'refused'] },
  code: { type: ['string', 'null'], description: 'The error code when it was refused' },
  mustAct: { enum: ['platform', 'customer', 'user', null], description: 'Who can end the refusal' },
  userId: { type: ['string', 'null'] },
};

const directoryToken = {
  id: { type: 'string', format: 'uuid' },
  name: { ...string, description: 'In `spec.scim.tokens` of the document' },
  state: {
    enum: ['active', 'superseded', 'expired', 'revoked', 'undeclared'],
    description:
      'superseded = another was issued, and it ends after the overlap; undeclared = lets nobody in, since the document has no such name',
  },
  createdAt: moment,
  createdBy: { ...string, description: 'Id of the API token that had it made' },
  rotateAt: { ...moment, description: 'From then on another should be issued' },
  expiresAt: moment,
  lastUsedAt: { type: ['string', 'null'], format: 'date-time', description: 'Noted at most once a minute' },
  revokedAt: { type: ['string', 'null'], format: 'date-time' },
};

const directoryRequest = {
  requestId: { ...string, description: 'The trace id: stands in the log, and in the audit events of what it changed' },
  at: moment,
  token: { ...string, description: 'Name of the token' },
  method: string,
  route: { ...string, description: 'With names in place of ids' },
  status: count,
  scimType: { type: ['string', 'null'], description: 'Of the error (RFC 7644, table 9)' },
  outcome: {
    enum: DIRECTORY_OUTCOMES,
    description:
      'no-op = right, and nothing to change; refused = the identity provider must act; failed = Rolecall must',
  },
  quirks: { ...list(string), description: 'Rules that understood what was not to the letter' },
  resourceType: { type: ['string', 'null'] },
  resourceId: { type: ['string', 'null'] },
  attributes: { ...list(string), description: 'Names, without their values' },
  detail: { type: ['string', 'null'], description: 'Of the error, as the identity provider got it' },
  hint: { type: ['string', 'null'], description: 'What to do about it' },
  milliseconds: count,
};

const orNull = ({ type, ...rest }: JsonSchema): JsonSchema => ({ type: [type, 'null'], ...rest });

const revision = {
  number: count,
  digest: string,
  appliedAt: moment,
  appliedBy: string,
  repository: orNull(string),
  commit: orNull(string),
  file: orNull(string),
};
const shown = object({ code: string, message: { ...string, description: 'What to do' } });
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

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

const lease = {
  collection: string,
  fencing: { ...fencing, description: 'Higher than that of every former lease; an apply names it' },
  holder: string,
  token: { ...string, description: 'Name of the API token that took it' },
  takenAt: moment,
  expiresAt: moment,
};

const responses = {
  Collection: object(
    {
      name: string,
      generation: count,
      rootDigest: { type: ['string', 'null'] },
      deviating: {
        ...count,
        description: 'Organizations that drifted, have overrides, or entries that nobody declared: a plan shows them',
      },
      directoryTokensDue: {
        ...list(object({ organization: string, name: string, rotateAt: moment, expiresAt: moment })),
        description: "Tokens of the organizations' directories to be rotated within 14 days, or that have ended",
      },
      endingSoon: {
        ...list(ref('ExpiringItem')),
        description:
          "Certificates, metadata and keys of the collection's organizations that end within 30 days, or have ended: 20 at most",
      },
      fingerprintKey: {
        type: 'string',
        description: 'Base64: the key of fingerprints of secrets, for callers with the right `plan`',
      },
    },
    ['fingerprintKey'],
  ),
  ExpiringItem: object({
    organization: { type: ['string', 'null'], description: "null = the deployment's own" },
    kind: { enum: EXPIRY_KINDS },
    name: { ...string, description: 'Of the identity provider (with the use of its key), or of the token' },
    expiresAt: moment,
    daysLeft: { type: 'integer', description: 'Whole days; negative = it has ended' },
  }),
  ExpiryPage: object({ items: list(ref('ExpiringItem')), nextCursor: { type: ['string', 'null'] } }),
  Lease: object(lease),
  TakenLease: object({
    ...lease,
    secret: { ...leaseSecret, description: 'Given once: who renews, ends or applies with the lease shows it' },
  }),
  LeaseEnded: object({ ended: { anyOf: [ref('Lease'), { type: 'null' }] } }),
  Comparison: object({ changed: list(string), removed: list(string) }),
  FieldChange: object(
    {
      path: string,
      action: { enum: ['create', 'update', 'rename', 'delete'] },
      origin: {
        enum: ['git', 'drift', 'conflict'],
        description: 'drift = declared as at the last apply, and changed on the server since; it is taken back',
      },
      before: {},
      after: {},
      previousKey: string,
      looksLike: { ...string, description: 'The key of an entry that goes and is much like this new one' },
      secret: { const: true, description: 'The value is secret: `after` is its fingerprint' },
    },
    ['before', 'after', 'previousKey', 'looksLike', 'secret'],
  ),
  Impact: object(
    {
      affectedUsers: count,
      grants: list(object({ scope: string, role: string, gain: count, lose: count })),
      groups: list(object({ group: string, gain: count, lose: count })),
      refusedUsers: count,
      removedIdentityProviders: list(object({ identityProvider: string, linkedUsers: count })),
      endedDirectoryTokens: list(object({ token: string, tokens: count })),
      removedDirectory: object({ users: count }),
    },
    ['endedDirectoryTokens', 'removedDirectory'],
  ),
  OrganizationChange: object(change, ['previousName', 'looksLike']),
  Plan: object(
    {
      formatVersion: string,
      collection: string,
      fingerprint,
      changes: list(ref('OrganizationChange')),
      platform: ref('PlatformChange'),
      absent: { ...list(string), description: 'Owned by the collection and not in the request; they stay as they are' },
      overrides: {
        ...list(object({ organization: string, path: string, by: string, reason: string, expires: moment })),
        description: 'Declared fields that are live otherwise until then',
      },
      unmanaged: {
        ...list(object({ organization: string, path: string })),
        description: 'Entries that no document declares, of the organizations that were compared; they stay',
      },
      summary: object({
        create: count,
        update: count,
        rename: count,
        delete: count,
        release: count,
        adopt: count,
        unchanged: count,
      }),
      saved: { ...object({ id: string, expiresAt: moment }), description: 'When the request asked to save it' },
    },
    ['platform', 'saved'],
  ),
  ExchangedToken: object({
    access_token: { ...string, description: 'The API token' },
    issued_token_type: { const: 'urn:ietf:params:oauth:token-type:access_token' },
    token_type: { const: 'Bearer' },
    expires_in: { ...count, description: 'Seconds' },
    scope: { ...string, description: 'Its rights, separated by spaces' },
  }),
  PlatformChange: object({
    action: { enum: ['create', 'update'] },
    baseRevision: { ...count, description: 'The revision that the plan saw; 0 for a create' },
    fields: list(ref('FieldChange')),
  }),
  Platform: object({
    revision: count,
    digest: string,
    collection: string,
    document: { type: 'object', description: '`kind: Platform`, as applied' },
    appliedAt: moment,
    appliedBy: { ...string, description: 'Name of the API token' },
    file: { type: ['string', 'null'] },
  }),
  WrittenOrganization: object(
    {
      organization: string,
      revision: { ...count, description: 'The live one' },
      fields: list(
        object(
          {
            path: string,
            action: { enum: ['create', 'update', 'rename', 'delete'] },
            before: {},
            after: {},
            previousKey: string,
            secret: { const: true },
          },
          ['before', 'after', 'previousKey', 'secret'],
        ),
      ),
      impact: ref('Impact'),
      overrides: list(ref('Override')),
    },
    ['impact'],
  ),
  Override: object({
    path: string,
    by: { ...string, description: 'Name of the API token' },
    reason: string,
    at: moment,
    expires: { ...moment, description: 'From then on it is drift, and the next apply takes it back' },
  }),
  OverrideList: object({ overrides: list(ref('Override')) }),
  Drift: object({
    collection: string,
    organizations: list(
      object({
        organization: string,
        revision: count,
        file: orNull(string),
        fields: list(
          object(
            {
              path: string,
              action: { enum: ['create', 'update', 'rename', 'delete'], description: 'What takes it back' },
              live: {},
              declared: {},
              place: { ...orNull(string), description: 'Where it is declared: repository@commit file:line' },
              by: { ...orNull(string), description: 'Name of the API token' },
              since: orNull(moment),
              override: nullable(object({ by: string, reason: string, expires: moment })),
            },
            ['live', 'declared'],
          ),
        ),
        unmanaged: list(object({ path: string, by: orNull(string), since: orNull(moment) })),
      }),
    ),
    more: { ...count, description: 'Organizations that deviate as well and are not shown' },
  }),
  Applied: object(
    {
      plan: { ...ref('Plan'), description: 'Absent when the apply was done before' },
      applied: list(object({ organization: string, revision: count })),
      repeated: { const: true, description: 'It was done before, under the same `applyId`' },
    },
    ['plan', 'repeated'],
  ),
  OrganizationPage: object({
    organizations: list(
      object({ name: string, revision: count, digest: string, collection: { type: ['string', 'null'] } }),
    ),
    nextCursor: { type: ['string', 'null'] },
  }),
  Organization: object({
    name: string,
    organizationId: { type: 'string', format: 'uuid' },
    collection: { type: ['string', 'null'] },
    revision: count,
    digest: string,
    document: { type: 'object' },
    appliedAt: moment,
    appliedBy: string,
  }),
  RevisionPage: object({ revisions: list(object(revision)), nextCursor: { type: ['string', 'null'] } }),
  Revision: object({ ...revision, document: { type: 'object' } }),
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
  Directory: object({
    enabled: { type: 'boolean', description: 'false: no token lets in' },
    mode: { enum: ['tolerant', 'strict'] },
    baseUrl: { ...string, description: 'What is entered at the identity provider, with a token' },
    users: count,
    activeUsers: count,
    groups: count,
    openHolds: { ...count, description: 'Removals that wait for somebody to let them through' },
    tokens: { ...list(ref('DirectoryToken')), description: 'The newest first; ended ones too' },
    missingTokens: { ...list(string), description: 'Names that the document declares and under which none is alive' },
    lastRequest: nullable(ref('DirectoryRequestSummary')),
    lastProblem: { ...nullable(ref('DirectoryRequestSummary')), description: 'The last that was refused or failed' },
  }),
  DirectoryToken: object(directoryToken),
  IssuedDirectoryToken: object({
    value: {
      ...string,
      description: 'SECRET, and shown this once: the bearer token to enter at the identity provider',
    },
    baseUrl: string,
    token: ref('DirectoryToken'),
  }),
  RevokedDirectoryToken: object({ id: string }),
  DirectoryHolds: object({
    holds: list(
      object({
        id: { type: 'string', format: 'uuid' },
        reason: { enum: ['mass_change', 'last_sso_admin'] },
        userId: { type: ['string', 'null'], description: 'The last who holds sso_admin' },
        at: moment,
        releasedAt: { type: ['string', 'null'], format: 'date-time' },
        releasedBy: { type: ['string', 'null'], description: 'Id of an API token' },
      }),
    ),
  }),
  ReleasedDirectoryHold: object({ id: string }),
  OffboardingReceipts: object({
    receipts: list(
      object({
        userId: string,
        at: moment,
        token: { ...string, description: 'Name of the token that the identity provider used' },
        cause: { enum: ['deactivated', 'deleted'] },
        sessionsEnded: count,
        identities: { ...count, description: 'Linked identities that stay (deactivated) or went along (deleted)' },
        grants: count,
        groups: count,
      }),
    ),
  }),
  DirectoryRequestPage: object({
    requests: list(ref('DirectoryRequestSummary')),
    nextCursor: { type: ['string', 'null'] },
  }),
  DirectoryRequestSummary: object(directoryRequest),
  DirectoryRequest: object({
    ...directoryRequest,
    payload: { type: ['object', 'null'], description: 'Body or query; values are replaced by their types and lengths' },
  }),
  UserPage: object({ users: list(ref('User')), nextCursor: { type: ['string', 'null'] } }),
  User: object({
    userId: { type: 'string', format: 'uuid' },
    status: { enum: ['invited', 'active', 'disabled'] },
    email: orNull(string),
    givenName: orNull(string),
    familyName: orNull(string),
    displayName: orNull(string),
    identityProviders: list(string),
    grants: list(object({ scope: string, role: string })),
    groups: list(string),
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
    guide: { ...string, description: 'The guide for this make of identity provider, from the root of the repository' },
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
  Error: object({
    error: object({ code: string, message: string, traceId: string, diagnostics: list(ref('Diagnostic')) }, [
      'diagnostics',
    ]),
  }),
  Diagnostic: object(
    {
      severity: { enum: ['error', 'warning'] },
      code: string,
      message: string,
      suggestion: string,
      pointer: string,
      organization: string,
      position: object({ file: string, line: count, column: count }),
    },
    ['suggestion', 'pointer', 'organization', 'position'],
  ),
} satisfies Record<string, JsonSchema>;

/** Every schema of the API, by the name that the OpenAPI document gives it. */
export const SCHEMAS = { ...requests, ...responses };
export type SchemaName = keyof typeof SCHEMAS;
