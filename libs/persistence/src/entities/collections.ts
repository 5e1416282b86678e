import { defineEntity, p } from '@mikro-orm/core';

/* What pipelines leave behind. A collection has organizations of any number: no row-level security, and nothing personal. */

/** A directory of organization files, as its last apply left it. */
export const Collection = defineEntity({
  name: 'Collection',
  tableName: 'collections',
  properties: {
    name: p.text().primary(),
    generation: p.integer().default(0),
    rootDigest: p.text().nullable(),
  },
});

/** A plan that may be applied once; who saved it has the plan itself. */
export const SavedPlanRow = defineEntity({
  name: 'SavedPlanRow',
  tableName: 'saved_plans',
  indexes: [{ name: 'saved_plans_expires_at', properties: ['expiresAt'] }],
  properties: {
    planId: p.uuid().primary(),
    collection: p.text(),
    fingerprint: p.text(),
    base: p.text(),
    expiresAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
  },
});

/** What came of an apply, for a client that lost the answer and sends it again. */
export const ApplyResultRow = defineEntity({
  name: 'ApplyResultRow',
  tableName: 'apply_results',
  indexes: [{ name: 'apply_results_applied_at', properties: ['appliedAt'] }],
  properties: {
    applyId: p.uuid().primary(),
    actor: p.text(),
    collection: p.text(),
    fingerprint: p.text(),
    summary: p.json(),
    applied: p.json(),
    appliedAt: p.datetime(3),
  },
});

/** Who may apply to a collection; the last one, also when it is over. */
export const CollectionLease = defineEntity({
  name: 'CollectionLease',
  tableName: 'collection_leases',
  properties: {
    collection: p.text().primary(),
    fencing: p.integer(),
    holder: p.text(),
    token: p.text(),
    takenAt: p.datetime(3),
    /** Null = ended. */
    expiresAt: p.datetime(3).nullable(),
    /** SHA-256 of what its holder was given; null = taken before there was one. */
    secretDigest: p.text().nullable(),
    /** What its applies did: organizations that they deleted or released, and users who gained or lost something. */
    deletes: p.integer().default(0),
    affected: p.integer().default(0),
  },
});

export const CollectionFile = defineEntity({
  name: 'CollectionFile',
  tableName: 'collection_files',
  properties: {
    collection: p.text().primary(),
    path: p.text().primary(),
    digest: p.text(),
    organizations: p.array(),
  },
});
