import { DIRECTORY_OUTCOMES } from '@rolecall/persistence';
import { ref, list, count, string, object, moment, nullable } from './parts.ts';

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

/** Directories: tokens, requests, holds and receipts. */
export const directories = {
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
  OffboardingReceipts: object({ receipts: list(ref('OffboardingReceipt')) }),
  DirectoryRequestPage: object({
    requests: list(ref('DirectoryRequestSummary')),
    nextCursor: { type: ['string', 'null'] },
  }),
  DirectoryRequestSummary: object(directoryRequest),
  DirectoryRequest: object({
    ...directoryRequest,
    payload: { type: ['object', 'null'], description: 'Body or query; values are replaced by their types and lengths' },
  }),
};
