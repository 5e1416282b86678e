import { defineEntity, p } from '@mikro-orm/core';
import type { EvidenceKind } from '../sso/evidence.ts';
import type { SsoTestResult } from '../sso/sso-tests.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** One test of an identity provider by a one-time link; its result may name what the tester's groups are, so it is short-lived. */
export const SsoTestRow = defineEntity({
  name: 'SsoTestRow',
  tableName: 'sso_tests',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'sso_tests_token', properties: ['orgId', 'tokenHash'] }],
  indexes: [
    { name: 'sso_tests_trace', properties: ['orgId', 'traceId'] },
    { name: 'sso_tests_expiry', properties: ['orgId', 'expiresAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    testId: p.uuid().primary(),
    identityProvider: p.text(),
    /** SHA-256 of the token in the link. */
    tokenHash: p.blob(),
    /** Id of the API token that made it. */
    createdBy: p.text(),
    createdAt: p.datetime(3),
    /** Until then the link can be used, and later its result be read. */
    expiresAt: p.datetime(3),
    /** Of the login that the link began last. */
    traceId: p.text().nullable(),
    finishedAt: p.datetime(3).nullable(),
    result: p.json<SsoTestResult>().nullable(),
  },
});

/** Somebody could sign in through this identity provider, as it was set up then. */
export const SsoEvidenceRow = defineEntity({
  name: 'SsoEvidenceRow',
  tableName: 'sso_evidence',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    /** `connectionDigest` of what was used. */
    connectionDigest: p.text(),
    revision: p.integer(),
    kind: p.text().$type<EvidenceKind>(),
    at: p.datetime(3),
  },
});
