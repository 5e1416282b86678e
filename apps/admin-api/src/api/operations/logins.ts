import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

/** What a login goes through, and users. */
export const logins = {
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
} as const satisfies Record<string, Operation>;
