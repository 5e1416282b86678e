import { EXPIRY_KINDS } from '@rolecall/persistence';
import { ref, list, count, string, object, fingerprint, leaseSecret, fencing, moment, orNull, nullable } from './parts.ts';

const change = {
  organization: string,
  action: { enum: ['create', 'update', 'rename', 'delete', 'release', 'adopt'] },
  previousName: string,
  looksLike: { ...string, description: 'An organization that goes and is much like this new one' },
  baseRevision: { ...count, description: 'The revision that the plan saw; 0 for a create' },
  fields: list(ref('FieldChange')),
  impact: ref('Impact'),
};

const revision = {
  number: count,
  digest: string,
  appliedAt: moment,
  appliedBy: string,
  repository: orNull(string),
  commit: orNull(string),
  file: orNull(string),
};

const lease = {
  collection: string,
  fencing: { ...fencing, description: 'Higher than that of every former lease; an apply names it' },
  holder: string,
  token: { ...string, description: 'Name of the API token that took it' },
  takenAt: moment,
  expiresAt: moment,
};

/** Collections, plans, organizations and what the deployment says of them. */
export const organizations = {
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
      sharedOrigins: list(object({ application: string, origin: string, organizations: count })),
      endedSignIns: list(object({ application: string, signIns: count })),
      removedDirectory: object({ users: count }),
      sso: object({ enforced: { type: 'boolean' }, endedSessions: count, secondFactorsOff: count }),
      named: {
        ...object({
          users: list(
            object({ userId: string, email: string, gains: list(string), loses: list(string) }, ['email']),
          ),
          more: count,
        }),
        description: 'Who they are, when the request asked for `names`',
      },
    },
    ['endedDirectoryTokens', 'sharedOrigins', 'endedSignIns', 'removedDirectory', 'named', 'sso'],
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
    endedTokens: { ...count, description: 'API tokens of running jobs that end, since nothing gives them any more' },
  }, ['endedTokens']),
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
    expires: { ...moment, description: 'From then on it is drift, and the server takes it back, or the next apply' },
    refused: {
      ...orNull(string),
      description: 'It is over, and what it set is live still: the code of what kept the server from taking it back',
    },
  }),
  OverrideList: object({ overrides: list(ref('Override')) }),
  EndedOverrides: object(
    {
      overrides: list(ref('Override')),
      takenBack: { type: 'boolean', description: 'False = what they set is live still, as drift; it is tried again' },
      refused: { ...string, description: 'The code of what could not be taken back' },
    },
    ['refused'],
  ),
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
              former: { description: 'No file declares the field: what was there before the override' },
              default: { description: 'Neither a file nor anything before the override says anything: what counts then' },
              place: { ...orNull(string), description: 'Where it is declared: repository@commit file:line' },
              by: { ...orNull(string), description: 'Name of the API token' },
              since: orNull(moment),
              override: nullable(object({ by: string, reason: string, expires: moment })),
              ended: {
                ...nullable(object({ by: string, reason: string, expires: moment, refused: orNull(string) })),
                description: 'The override that set it; it is over, and `refused` is the code of why it was not taken back',
              },
            },
            ['live', 'declared', 'former', 'default'],
          ),
        ),
        unmanaged: list(object({ path: string, by: orNull(string), since: orNull(moment) })),
      }),
    ),
    more: { ...count, description: 'Organizations that deviate and come after these' },
    nextCursor: { ...orNull(string), description: 'Of the next page; null = this is the last one' },
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
      object(
        {
          name: string,
          revision: count,
          digest: string,
          collection: { type: ['string', 'null'] },
          document: { type: 'object' },
        },
        ['document'],
      ),
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
};
