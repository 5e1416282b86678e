import { AUDIT_EVENT_TYPES } from '@rolecall/audit';
import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

const moment = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string', minLength: 1, maxLength: 512 } as const;

const FILTER: Operation['query'] = {
  type: { description: 'Only events of this type', schema: { enum: AUDIT_EVENT_TYPES } },
  actor: { description: 'Only what this token, user or component did, by its id', schema: text },
  subject: { description: 'Only what is about this: a user id, the name of an identity provider, …', schema: text },
  address: {
    description: 'Only what was asked from this address, IPv4 or IPv6; what was erased is not found',
    schema: { type: 'string', minLength: 2, maxLength: 45 },
  },
  since: { description: 'Only from this moment on', schema: moment },
  until: { description: 'Only up to this moment', schema: moment },
  after: { description: 'Only behind the event of this number', schema: { type: 'integer', minimum: 0 } },
  limit: PAGE_SIZE,
  export: { description: 'Records in the log that it is exported; without `after` only', schema: { const: 'true' } },
};

/** Who did what, and the proof that nobody changed it since. */
export const audit = {
  listAudit: {
    id: 'listAudit',
    method: 'get',
    path: '/v1/organizations/:organization/audit',
    summary: 'The audit log of one organization, the oldest first, with the digests of its hash chain',
    right: 'audit.read',
    query: FILTER,
    response: 'AuditPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readAuditHead: {
    id: 'readAuditHead',
    method: 'get',
    path: '/v1/organizations/:organization/audit/head',
    summary:
      'The end of the audit log as it is now, signed: kept elsewhere it proves later that nothing was cut off or rewritten',
    right: 'audit.read',
    response: 'AuditHead',
    refusals: { 404: ['unknown_organization'] },
  },
  listDeploymentAudit: {
    id: 'listDeploymentAudit',
    method: 'get',
    path: '/v1/audit',
    summary: 'The audit log of what belongs to no organization: the platform document, tokens for jobs',
    right: 'audit.read',
    query: FILTER,
    response: 'AuditPage',
  },
  readDeploymentAuditHead: {
    id: 'readDeploymentAuditHead',
    method: 'get',
    path: '/v1/audit/head',
    summary: 'The end of the audit log of the deployment as it is now, signed',
    right: 'audit.read',
    response: 'AuditHead',
  },
} as const satisfies Readonly<Record<string, Operation>>;
