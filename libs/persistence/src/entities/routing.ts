import { defineEntity, p } from '@mikro-orm/core';
import type { PlatformDocument } from '@rolecall/org-config';
import type { RevisionOrigin } from '@rolecall/reconcile';
import type { ApiRight, DomainVerification, PublicSigningKey, Workload } from '../stores.ts';

/*
 * Routing and deployment tables: read before an organization is known, so they have no row-level security and hold
 * nothing but names, digests and hashes.
 */

/** Login name -> organization, with what the reconciler compares set-wise. Follows `organizations` in each transaction. */
export const OrganizationRegistry = defineEntity({
  name: 'OrganizationRegistry',
  tableName: 'organization_registry',
  indexes: [
    { name: 'organization_registry_collection', properties: ['collection'] },
    {
      name: 'organization_registry_deviating',
      properties: ['collection'],
      where: 'drifts_at is not null or unmanaged > 0',
    },
  ],
  properties: {
    name: p.text().primary(),
    orgId: p.uuid().unique('organization_registry_org_id'),
    collection: p.text().nullable(),
    revision: p.integer(),
    digest: p.text(),
    deletionPolicy: p.text(),
    /** The live revision when the owning collection declared last; absent, like the digest of what it declared, when none owns it. */
    appliedRevision: p.integer().nullable(),
    appliedDigest: p.text().nullable(),
    /** From then on a declared field is not live as declared. */
    driftsAt: p.datetime(3).nullable(),
    /** Entries of keyed maps that nobody declared. */
    unmanaged: p.integer().default(0),
  },
});

/** Names that still route to a renamed organization, as its document's `previously` says. */
export const OrganizationPreviousName = defineEntity({
  name: 'OrganizationPreviousName',
  tableName: 'organization_previous_names',
  properties: {
    name: p.text().primary(),
    orgId: p.uuid().index('organization_previous_names_org_id'),
  },
});

/** E-mail domain, lower case -> the organization that has proved it, or that somebody vouches for. Never a mere claim. */
export const EmailDomain = defineEntity({
  name: 'EmailDomain',
  tableName: 'email_domains',
  properties: {
    domain: p.text().primary(),
    orgId: p.uuid().index('email_domains_org_id'),
    verification: p.text().$type<DomainVerification>().default('asserted'),
  },
});

/** When the TXT record of a claimed domain is looked up next. */
export const DomainCheck = defineEntity({
  name: 'DomainCheck',
  tableName: 'domain_checks',
  indexes: [{ name: 'domain_checks_due', properties: ['dueAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    domain: p.text().primary(),
    dueAt: p.datetime(3),
  },
});

/** Issuer of an OpenID provider -> the organizations that have it. */
export const OpenIdIssuer = defineEntity({
  name: 'OpenIdIssuer',
  tableName: 'openid_issuers',
  properties: {
    issuer: p.text().primary(),
    orgId: p.uuid().primary().index('openid_issuers_org_id'),
  },
});

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

/** When which SAML metadata is fetched next, and how it went; a row per SAML IdP, gone with it. */
export const MetadataRefresh = defineEntity({
  name: 'MetadataRefresh',
  tableName: 'metadata_refreshes',
  indexes: [
    { name: 'metadata_refreshes_due', properties: ['dueAt'] },
    { name: 'metadata_refreshes_certificates', properties: ['certificatesExpireAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    /** Absent, like `dueAt`, when the metadata stands in the document. */
    refreshSeconds: p.integer().nullable(),
    dueAt: p.datetime(3).nullable(),
    /** Somebody fetches it until then; also the fencing token of whoever does. */
    claimedUntil: p.datetime(3).nullable(),
    /** When a login last asked for it out of turn. */
    askedAt: p.datetime(3).nullable(),
    attemptedAt: p.datetime(3).nullable(),
    succeededAt: p.datetime(3).nullable(),
    /** In a row. */
    failures: p.integer().default(0),
    errorCode: p.text().nullable(),
    /** When the last of the signing certificates ends. */
    certificatesExpireAt: p.datetime(3).nullable(),
    metadataValidUntil: p.datetime(3).nullable(),
  },
});

/** Tokens of the admin API belong to the deployment. Only the SHA-256 of the secret part is kept. */
export const ApiTokenRow = defineEntity({
  name: 'ApiTokenRow',
  tableName: 'api_tokens',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    tokenHash: p.blob(),
    rights: p.array().$type<ApiRight[]>(),
    /** Patterns of names; null = all organizations, and what belongs to none. */
    organizations: p.array().nullable(),
    /** Who it was exchanged for; null = somebody made it. */
    workload: p.json<Workload>().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    lastUsedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});

/** Tokens of jobs that were exchanged, while they could be once more. */
export const UsedWorkloadToken = defineEntity({
  name: 'UsedWorkloadToken',
  tableName: 'used_workload_tokens',
  indexes: [{ name: 'used_workload_tokens_expires_at', properties: ['expiresAt'] }],
  properties: {
    replayKey: p.blob().primary(),
    expiresAt: p.datetime(3),
  },
});

/** The document of the deployment, one row per revision; the last is live. */
export const PlatformRevision = defineEntity({
  name: 'PlatformRevision',
  tableName: 'platform_revisions',
  properties: {
    number: p.integer().primary().autoincrement(false),
    collection: p.text(),
    document: p.json<PlatformDocument>(),
    digest: p.text(),
    origin: p.json<RevisionOrigin>(),
    appliedAt: p.datetime(3),
    /** The file that has it since. */
    movedTo: p.text().nullable(),
  },
});

/** When the next token of an organization's directory is to be rotated. Follows `directory_tokens` by a trigger. */
export const DirectoryRotation = defineEntity({
  name: 'DirectoryRotation',
  tableName: 'directory_rotations',
  indexes: [{ name: 'directory_rotations_due', properties: ['rotateAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    rotateAt: p.datetime(3),
  },
});

/** What ends by itself and is known nowhere else without asking each organization. */
export const ExpiringItemRow = defineEntity({
  name: 'ExpiringItemRow',
  tableName: 'expiring_items',
  indexes: [{ name: 'expiring_items_expiry', properties: ['expiresAt'] }],
  properties: {
    orgId: p.uuid().primary(),
    kind: p.text().primary(),
    name: p.text().primary(),
    expiresAt: p.datetime(3),
  },
});

/** What the platform team was told of. */
export const ExpiryNotice = defineEntity({
  name: 'ExpiryNotice',
  tableName: 'expiry_notices',
  properties: {
    organization: p.text().primary(),
    kind: p.text().primary(),
    name: p.text().primary(),
    expiresAt: p.datetime(3).primary(),
    threshold: p.integer().primary(),
    sentAt: p.datetime(3),
  },
});

/** Keys of the deployment, wrapped by the master key. */
export const DeploymentKey = defineEntity({
  name: 'DeploymentKey',
  tableName: 'deployment_keys',
  properties: {
    name: p.text().primary(),
    masterKeyId: p.text(),
    wrappedKey: p.blob(),
    createdAt: p.datetime(3),
  },
});

/** Who is sent the audit log. */
export const AuditSink = defineEntity({
  name: 'AuditSink',
  tableName: 'audit_sinks',
  properties: {
    sink: p.text().primary(),
    tries: p.integer().default(0),
    dueAt: p.datetime(3),
    claimedUntil: p.datetime(3).nullable(),
  },
});

/** What a sink has not had: everything after this link. */
export const AuditUnsent = defineEntity({
  name: 'AuditUnsent',
  tableName: 'audit_unsent',
  indexes: [{ name: 'audit_unsent_sink', properties: ['sink'] }],
  properties: {
    orgId: p.uuid().primary(),
    sink: p.text().primary(),
    afterSeq: p.bigint(),
  },
});

/** Public keys of what the deployment signs, by generation. */
export const SigningKey = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    generation: p.integer().primary().autoincrement(false),
    publicKey: p.json<PublicSigningKey>(),
    currentFrom: p.datetime(3),
    createdAt: p.datetime(3),
  },
});

/** How often which key was tried (`SharedLimitStore`); the key is an HMAC. Kept by rate-limiter-flexible, which says what its columns are. */
export const RateLimitRow = defineEntity({
  name: 'RateLimitRow',
  tableName: 'rate_limits',
  indexes: [{ name: 'rate_limits_expire', properties: ['expire'] }],
  properties: {
    key: p.string().length(255).primary(),
    points: p.integer().default(0),
    /** Milliseconds since 1970. */
    expire: p.bigint('number').nullable(),
  },
});
