import { DIRECTORY_OUTCOMES, EXPIRY_KINDS } from '@rolecall/persistence';
import type { ApiRight } from '@rolecall/persistence';
import type { SchemaName } from './schemas.ts';

/** One operation of `/v1`: what the router, the access check, the body check and the OpenAPI document are made from. */
export interface Operation {
  readonly id: string;
  readonly method: 'patch' | 'get' | 'post' | 'put' | 'delete';
  /** With `:name` parameters, as the router wants it. */
  readonly path: string;
  readonly summary: string;
  /**
   * Of an operation whose path names neither an organization nor a collection: its handler holds what it reads and writes to the
   * organizations of the token (`reaches`). Without it a token that is held to some organizations is refused.
   */
  readonly narrowed?: true;
  /** The right that a token needs; undefined = open to everybody. */
  readonly right?: ApiRight;
  readonly body?: SchemaName;
  /** The body is a form, and not JSON. */
  readonly form?: true;
  /** Largest body in bytes; 100 kB when absent. */
  readonly bodyLimit?: number;
  readonly query?: Readonly<Record<string, { readonly description: string; readonly schema: object }>>;
  readonly response: SchemaName;
  /** Error codes beside those that every operation has, by status. */
  readonly refusals?: Readonly<Record<number, readonly string[]>>;
}

/**
 * 10,000 organizations of 3 kB in one request, or 3,000 with inlined metadata of 10 kB: what a first apply of a large
 * collection sends. It is parsed in memory, at about three times its size.
 */
const RECONCILE_BODY = 32_000_000;

/** One token of 16,384 characters, and what is around it. */
const EXCHANGE_BODY = 20_000;

/** Paths and digests of 60,000 files. */
const COMPARE_BODY = 8_000_000;

const RECONCILE_REFUSALS = {
  403: ['domain_assertion_refused', 'organization_out_of_reach', 'collection_out_of_reach', 'organizations_restricted'],
  409: [
    'owned_by_other_collection',
    'needs_adopt',
    'sso_not_tested',
    'own_access',
    'unmanaged_entries',
    'conflict',
    'replace_needs_consent',
    'stale_plan',
  ],
  413: ['body_too_large'],
  422: [
    'configuration_invalid',
    'email_domain_taken',
    'name_taken',
    'rename_conflict',
    'duplicate_organization',
    'secret_unavailable',
    'unowned_parts_invalid',
    'empty_input',
    'too_many_deletes',
    'duplicate_platform',
    'too_many_affected',
    'not_owned',
  ],
} as const;

const PAGE_SIZE = {
  description: 'Page size',
  schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
} as const;

const OUTCOMES_PATTERN = `^(?:${DIRECTORY_OUTCOMES.join('|')})(?:,(?:${DIRECTORY_OUTCOMES.join('|')})){0,4}$`;

export const OPERATIONS = {
  readCollection: {
    id: 'readCollection',
    method: 'get',
    path: '/v1/collections/:collection',
    summary: 'What the last apply of a collection left: its generation and the digest over all of its files',
    right: 'organizations.read',
    response: 'Collection',
  },
  readDrift: {
    id: 'readDrift',
    method: 'get',
    path: '/v1/collections/:collection/drift',
    summary:
      'What the server has that the files of a collection have not said: since when, by whom, and what is overridden',
    right: 'organizations.read',
    response: 'Drift',
  },
  compareFiles: {
    id: 'compareFiles',
    method: 'post',
    path: '/v1/collections/:collection/compare',
    summary: 'Which files differ from those of the last apply, so that only these need to be read and sent',
    right: 'organizations.read',
    body: 'CompareRequest',
    bodyLimit: COMPARE_BODY,
    response: 'Comparison',
  },
  takeLease: {
    id: 'takeLease',
    method: 'post',
    path: '/v1/collections/:collection/lease',
    summary: 'Takes the lease of a collection for 60 seconds: nobody else applies to it until it ends',
    right: 'apply',
    body: 'LeaseRequest',
    response: 'TakenLease',
    refusals: { 409: ['lease_held'] },
  },
  renewLease: {
    id: 'renewLease',
    method: 'put',
    path: '/v1/collections/:collection/lease',
    summary: 'Keeps a lease for another 60 seconds; to be sent every 15',
    right: 'apply',
    body: 'LeaseRenewal',
    response: 'Lease',
    refusals: { 409: ['lease_lost'] },
  },
  endLease: {
    id: 'endLease',
    method: 'delete',
    path: '/v1/collections/:collection/lease',
    summary: 'Ends the lease of a collection; an apply that comes with it afterwards is refused',
    right: 'apply',
    query: {
      fencing: {
        description: 'Only this one; without it whichever there is, also that of somebody else',
        schema: { type: 'integer', minimum: 1 },
      },
      secret: {
        description: 'Of that one, as its taking gave it',
        schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
      },
    },
    response: 'LeaseEnded',
  },
  plan: {
    id: 'plan',
    method: 'post',
    path: '/v1/plans',
    summary: 'What an apply of the same request would change, and for which users; writes nothing',
    right: 'plan',
    narrowed: true,
    body: 'PlanRequest',
    bodyLimit: RECONCILE_BODY,
    response: 'Plan',
    refusals: RECONCILE_REFUSALS,
  },
  apply: {
    id: 'apply',
    method: 'post',
    path: '/v1/applies',
    summary:
      'Makes the organizations of a collection what the request says, all or nothing; refuses another plan than the reviewed one',
    right: 'apply',
    narrowed: true,
    body: 'ApplyRequest',
    bodyLimit: RECONCILE_BODY,
    response: 'Applied',
    refusals: {
      ...RECONCILE_REFUSALS,
      409: [...RECONCILE_REFUSALS[409], 'lease_held', 'lease_lost', 'plan_used', 'plan_unknown', 'apply_id_reused'],
    },
  },
  listExpiry: {
    id: 'listExpiry',
    method: 'get',
    path: '/v1/expiry',
    summary:
      'What ends by itself, over all organizations, the earliest end first, page by page: certificates, metadata, client secrets, tokens, keys',
    right: 'organizations.read',
    narrowed: true,
    query: {
      within: {
        description: 'Only what ends within this time, or has ended',
        schema: { type: 'string', pattern: '^[1-9][0-9]{0,6}[smhd]$' },
      },
      organization: { description: 'Only of this one', schema: { type: 'string', maxLength: 63 } },
      kind: {
        description: `Only these, separated by commas: ${EXPIRY_KINDS.join(', ')}`,
        schema: { type: 'string', maxLength: 200 },
      },
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', maxLength: 1024 } },
      limit: PAGE_SIZE,
    },
    response: 'ExpiryPage',
    refusals: { 404: ['unknown_organization'] },
  },
  exchangeToken: {
    id: 'exchangeToken',
    method: 'post',
    path: '/v1/token',
    summary:
      'Gives a job of a pipeline an API token for some minutes, in exchange for the token of its host (RFC 8693), as trustedIssuers say',
    body: 'TokenExchange',
    form: true,
    bodyLimit: EXCHANGE_BODY,
    response: 'ExchangedToken',
    refusals: { 400: ['invalid_request', 'unsupported_grant_type', 'token_refused'], 429: ['too_many_requests'] },
  },
  readPlatform: {
    id: 'readPlatform',
    method: 'get',
    path: '/v1/platform',
    summary: 'The live document of the deployment, with its revision and who applied it',
    right: 'organizations.read',
    response: 'Platform',
    refusals: { 404: ['no_platform'] },
  },
  listOrganizations: {
    id: 'listOrganizations',
    method: 'get',
    path: '/v1/organizations',
    summary: 'Organizations by name, page by page',
    right: 'organizations.read',
    narrowed: true,
    query: {
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', maxLength: 63 } },
      limit: PAGE_SIZE,
    },
    response: 'OrganizationPage',
  },
  readOrganization: {
    id: 'readOrganization',
    method: 'get',
    path: '/v1/organizations/:organization',
    summary: 'The live document of one organization, with its revision and who applied it',
    right: 'organizations.read',
    response: 'Organization',
    refusals: { 404: ['unknown_organization'] },
  },
  patchOrganization: {
    id: 'patchOrganization',
    method: 'patch',
    path: '/v1/organizations/:organization',
    summary:
      'Changes the live document past git, by the same checks as an apply; fields that a collection declares are refused, or overridden for a while',
    right: 'organizations.write',
    body: 'OrganizationPatch',
    bodyLimit: 2_000_000,
    response: 'WrittenOrganization',
    refusals: {
      403: ['domain_assertion_refused'],
      404: ['unknown_organization'],
      409: ['owned_by_git', 'revision_moved', 'sso_not_tested', 'replace_needs_consent'],
      413: ['body_too_large'],
      422: [
        'configuration_invalid',
        'email_domain_taken',
        'rename_conflict',
        'rename_refused',
        'secret_unavailable',
        'too_many_affected',
      ],
    },
  },
  listOverrides: {
    id: 'listOverrides',
    method: 'get',
    path: '/v1/organizations/:organization/overrides',
    summary: 'Declared fields that somebody set otherwise for a while; ended ones too, until an apply took them back',
    right: 'organizations.read',
    response: 'OverrideList',
    refusals: { 404: ['unknown_organization'] },
  },
  endOverrides: {
    id: 'endOverrides',
    method: 'delete',
    path: '/v1/organizations/:organization/overrides',
    summary: 'Ends overrides now, all of an organization or one: the next apply takes their fields back',
    right: 'organizations.override',
    query: { path: { description: 'Only the one of this JSON pointer', schema: { type: 'string', maxLength: 1024 } } },
    response: 'OverrideList',
    refusals: { 404: ['unknown_organization'] },
  },
  listRevisions: {
    id: 'listRevisions',
    method: 'get',
    path: '/v1/organizations/:organization/revisions',
    summary: 'The revisions of one organization, the newest first, page by page: who applied them, when and from where',
    right: 'organizations.read',
    query: {
      cursor: {
        description: '`nextCursor` of the page before',
        schema: { type: 'string', pattern: '^[1-9][0-9]{0,9}$' },
      },
      limit: PAGE_SIZE,
    },
    response: 'RevisionPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readRevision: {
    id: 'readRevision',
    method: 'get',
    path: '/v1/organizations/:organization/revisions/:number',
    summary: 'One revision, with the document that it was',
    right: 'organizations.read',
    response: 'Revision',
    refusals: { 404: ['unknown_organization', 'unknown_revision'] },
  },
  listIdentityProviders: {
    id: 'listIdentityProviders',
    method: 'get',
    path: '/v1/organizations/:organization/identity-providers',
    summary:
      'The identity providers of one organization as they are now: certificates, last refresh, and metadata that waits to be accepted',
    right: 'organizations.read',
    response: 'IdentityProviders',
    refusals: { 404: ['unknown_organization'] },
  },
  refreshMetadata: {
    id: 'refreshMetadata',
    method: 'post',
    path: '/v1/organizations/:organization/identity-providers/:identityProvider/metadata/refresh',
    summary: 'Fetches the SAML metadata of an identity provider now, by the same rules as a refresh by itself',
    right: 'apply',
    response: 'MetadataRefreshed',
    refusals: {
      404: ['unknown_organization', 'unknown_identity_provider'],
      409: ['metadata_has_no_url', 'refresh_in_progress'],
    },
  },
  acceptMetadata: {
    id: 'acceptMetadata',
    method: 'post',
    path: '/v1/organizations/:organization/identity-providers/:identityProvider/metadata/accept',
    summary: 'Uses SAML metadata that is held, such as one whose signing keys are all new; names it by its digest',
    right: 'apply',
    body: 'AcceptMetadataRequest',
    response: 'MetadataAccepted',
    refusals: {
      404: ['unknown_organization', 'unknown_identity_provider'],
      409: ['nothing_held', 'another_held', 'overtaken'],
      422: ['metadata_expired'],
    },
  },
  listDomains: {
    id: 'listDomains',
    method: 'get',
    path: '/v1/organizations/:organization/domains',
    summary:
      'The e-mail domains of one organization: the TXT record that proves each, and what the last look at DNS found',
    right: 'organizations.read',
    response: 'DomainList',
    refusals: { 404: ['unknown_organization'] },
  },
  checkDomain: {
    id: 'checkDomain',
    method: 'post',
    path: '/v1/organizations/:organization/domains/:domain/check',
    summary:
      'Looks the TXT record of an e-mail domain up now, every five seconds at most; one that is there proves the domain',
    right: 'apply',
    response: 'Domain',
    refusals: { 404: ['unknown_organization', 'unknown_domain'] },
  },
  listUsers: {
    id: 'listUsers',
    method: 'get',
    path: '/v1/organizations/:organization/users',
    summary: 'The users of one organization with the roles and groups that they hold, page by page; personal data',
    right: 'users.read',
    query: {
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', format: 'uuid' } },
      limit: PAGE_SIZE,
    },
    response: 'UserPage',
    refusals: { 404: ['unknown_organization'] },
  },
  listFlows: {
    id: 'listFlows',
    method: 'get',
    path: '/v1/organizations/:organization/flows',
    summary: 'How the logins of one organization ended, the newest first, page by page; kept for 30 days',
    right: 'flows.read',
    query: {
      outcome: { description: 'Only these', schema: { enum: ['succeeded', 'refused'] } },
      code: {
        description: 'Only logins that were refused with this error code',
        schema: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,63}$' },
      },
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', maxLength: 46 } },
      limit: PAGE_SIZE,
    },
    response: 'FlowPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readFlow: {
    id: 'readFlow',
    method: 'get',
    path: '/v1/organizations/:organization/flows/:traceId',
    summary:
      'Every check of one login, by the trace id that its error page shows: what was wanted, got, and who must act',
    right: 'flows.read',
    response: 'Flow',
    refusals: { 404: ['unknown_organization', 'flow_not_found'] },
  },
  createSsoTest: {
    id: 'createSsoTest',
    method: 'post',
    path: '/v1/organizations/:organization/identity-providers/:identityProvider/tests',
    summary: 'Makes a one-time link that tries a sign-in from end to end, without a session; good for 30 minutes',
    right: 'flows.read',
    response: 'SsoTestLink',
    refusals: { 404: ['unknown_organization', 'unknown_identity_provider'] },
  },
  readSsoTest: {
    id: 'readSsoTest',
    method: 'get',
    path: '/v1/organizations/:organization/identity-providers/:identityProvider/tests/:testId',
    summary:
      'How the test of a link went: every check and rule, and the facts that decide; the result is kept for 30 minutes',
    right: 'flows.read',
    response: 'SsoTest',
    refusals: { 404: ['unknown_organization', 'unknown_identity_provider', 'test_not_found'] },
  },
  readDirectory: {
    id: 'readDirectory',
    method: 'get',
    path: '/v1/organizations/:organization/directory',
    summary:
      'The directory of one organization: what is entered at its identity provider, its tokens, its last requests',
    right: 'directory.read',
    response: 'Directory',
    refusals: { 404: ['unknown_organization', 'no_directory'] },
  },
  issueDirectoryToken: {
    id: 'issueDirectoryToken',
    method: 'post',
    path: '/v1/organizations/:organization/directory/tokens',
    summary:
      'Makes a token of the directory, under a name that the document declares, and shows it once; those of that name end after the overlap',
    right: 'directory.tokens',
    body: 'DirectoryTokenRequest',
    response: 'IssuedDirectoryToken',
    refusals: {
      404: ['unknown_organization', 'no_directory', 'unknown_directory_token'],
      409: ['too_many_tokens', 'overtaken'],
    },
  },
  revokeDirectoryToken: {
    id: 'revokeDirectoryToken',
    method: 'delete',
    path: '/v1/organizations/:organization/directory/tokens/:tokenId',
    summary: 'Ends one token of the directory at once',
    right: 'directory.tokens',
    response: 'RevokedDirectoryToken',
    refusals: { 404: ['unknown_organization', 'unknown_directory_token'] },
  },
  listDirectoryHolds: {
    id: 'listDirectoryHolds',
    method: 'get',
    path: '/v1/organizations/:organization/directory/holds',
    summary:
      'Removals that are held: too many at once, or the last user who holds sso_admin; and those released lately',
    right: 'directory.read',
    response: 'DirectoryHolds',
    refusals: { 404: ['unknown_organization'] },
  },
  releaseDirectoryHold: {
    id: 'releaseDirectoryHold',
    method: 'post',
    path: '/v1/organizations/:organization/directory/holds/:holdId/release',
    summary:
      'Lets held removals through: the identity provider asks for them again by itself, and for the window of the brake nothing holds them',
    right: 'directory.release',
    response: 'ReleasedDirectoryHold',
    refusals: { 404: ['unknown_organization', 'unknown_hold'] },
  },
  listOffboardingReceipts: {
    id: 'listOffboardingReceipts',
    method: 'get',
    path: '/v1/organizations/:organization/directory/receipts',
    summary: 'What ended with each user that the directory deactivated or deleted, the newest first; kept for good',
    right: 'directory.read',
    query: {
      before: {
        description: '`at` of the last receipt of the page before',
        schema: { type: 'string', format: 'date-time' },
      },
      limit: PAGE_SIZE,
    },
    response: 'OffboardingReceipts',
    refusals: { 404: ['unknown_organization'] },
  },
  listDirectoryRequests: {
    id: 'listDirectoryRequests',
    method: 'get',
    path: '/v1/organizations/:organization/directory/requests',
    summary:
      'What the identity provider asked of the directory and what came of it, the newest first, page by page; kept for 30 days',
    right: 'directory.read',
    query: {
      outcome: {
        description: 'Only these, separated by commas: read, applied, no-op, refused, failed',
        schema: { type: 'string', pattern: OUTCOMES_PATTERN },
      },
      status: { description: 'Only these', schema: { enum: ['2xx', '3xx', '4xx', '5xx'] } },
      since: { description: 'Only those from this moment on', schema: { type: 'string', format: 'date-time' } },
      token: { description: 'Only those with a token of this name', schema: { type: 'string', maxLength: 63 } },
      resource: {
        description: 'Only those about this user or group, by its id',
        schema: { type: 'string', maxLength: 128 },
      },
      quirk: {
        description: 'Only those that this rule helped to understand',
        schema: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,63}$' },
      },
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', maxLength: 46 } },
      limit: PAGE_SIZE,
    },
    response: 'DirectoryRequestPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readDirectoryRequest: {
    id: 'readDirectoryRequest',
    method: 'get',
    path: '/v1/organizations/:organization/directory/requests/:requestId',
    summary: 'One request of the identity provider, with its names and forms in place of its values',
    right: 'directory.read',
    response: 'DirectoryRequest',
    refusals: { 404: ['unknown_organization', 'request_not_found'] },
  },
} as const satisfies Record<string, Operation>;
