import { defineEntity, p } from '@mikro-orm/core';

/* Finds what is to be done next over all organizations without asking each: no row-level security, and nothing personal. */

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
