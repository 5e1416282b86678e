import { EXPIRY_KINDS } from '@rolecall/persistence';
import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

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
  403: [
    'domain_assertion_refused',
    'organization_out_of_reach',
    'collection_out_of_reach',
    'origin_out_of_reach',
    'organizations_restricted',
  ],
  409: [
    'owned_by_other_collection',
    'needs_adopt',
    'sso_not_tested',
    'no_recovery_admin',
    'no_sso_admin',
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

/** Collections, plans and applies; what the deployment itself has. */
export const collections = {
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
    query: {
      cursor: { description: 'The `nextCursor` of the page before', schema: { type: 'string', maxLength: 63 } },
    },
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
  releaseLease: {
    id: 'releaseLease',
    method: 'post',
    path: '/v1/collections/:collection/lease/release',
    summary: "Gives the caller's own lease back; whichever came after it stays",
    right: 'apply',
    body: 'LeaseRenewal',
    response: 'LeaseEnded',
  },
  endLease: {
    id: 'endLease',
    method: 'delete',
    path: '/v1/collections/:collection/lease',
    summary: 'Ends whichever lease a collection has; an apply that comes with it afterwards is refused',
    right: 'apply',
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
} as const satisfies Record<string, Operation>;
