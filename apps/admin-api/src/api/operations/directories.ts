import { DIRECTORY_OUTCOMES } from '@rolecall/persistence';
import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

const OUTCOMES_PATTERN = `^(?:${DIRECTORY_OUTCOMES.join('|')})(?:,(?:${DIRECTORY_OUTCOMES.join('|')})){0,4}$`;

/** Directories. */
export const directories = {
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
