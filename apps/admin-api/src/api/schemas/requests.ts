import { type JsonSchema, ref, text, list, object, sha256, fingerprint, leaseSecret, fencing, moment } from './parts.ts';

const MAX_FILES = 100_000;

const MAX_ORGANIZATIONS = 20_000;

const path = { type: 'string', minLength: 1, maxLength: 1024, description: 'Relative to the collection' };

const slug = { type: 'string', pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$' };

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' };

const cap = { type: 'string', pattern: '^(?:[0-9]{1,7}|(?:100|[0-9]{1,2})%)$' };

/** 50 identity providers and 100 applications. */
const MAX_SECRETS = 150;

const secrets = (entry: JsonSchema, description: string): JsonSchema => ({
  type: 'object',
  description: `By JSON pointer into the document. ${description}`,
  propertyNames: { pattern: '^/spec/(?:identityProviders|applications)/[a-z0-9-]{1,63}/clientSecret$' },
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
  within: {
    ...list(path, MAX_FILES),
    minItems: 1,
    description: 'Only files at or below these paths were looked for: nothing is said of organizations elsewhere',
  },
  elsewhere: {
    ...list(slug, MAX_ORGANIZATIONS),
    description: 'Organizations that files elsewhere declare: none of them is absent or pruned',
  },
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

const optionalInPlans = ['platform', 'within', 'elsewhere', 'adopt', 'unmanaged', 'conflicts', 'limits', 'allowReplace', 'partial'];

/** What clients send. */
export const requests = {
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
      names: {
        type: 'boolean',
        default: false,
        description: 'Name the users whom it concerns, the first hundred of each organization; needs `users.read`',
      },
    },
    [...optionalInPlans, 'save', 'names'],
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
};
