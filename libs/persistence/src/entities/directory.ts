import { defineEntity, p } from '@mikro-orm/core';
import type { ResourceBody } from '@rolecall/scim';
import type { HoldReason, OffboardingReceipt } from '../stores.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** How many there are; changed in the transaction that changes them. */
export const Directory = defineEntity({
  name: 'Directory',
  tableName: 'directories',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    users: p.integer().default(0),
    activeUsers: p.integer().default(0),
    groups: p.integer().default(0),
    /** Active users who went after `offboardedSince`, a moment that the brake moves along with its window. */
    offboarded: p.integer().default(0),
    offboardedSince: p.datetime(3).default('infinity'),
  },
});

/** What SCIM clients say of a user. Every `*Key` is folded (`normalizeKey`), and so is every text in `folded`. */
export const DirectoryUserRow = defineEntity({
  name: 'DirectoryUserRow',
  tableName: 'directory_users',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'directory_users_user_name', properties: ['orgId', 'userNameKey'] }],
  indexes: [
    { name: 'directory_users_external_id', properties: ['orgId', 'externalId'] },
    { name: 'directory_users_display_name', properties: ['orgId', 'displayNameKey'] },
    { name: 'directory_users_created', properties: ['orgId', 'createdAt'] },
    { name: 'directory_users_modified', properties: ['orgId', 'modifiedAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    userName: p.text(),
    userNameKey: p.text().collation('C'),
    /** Opaque, compared exactly, not unique. */
    externalId: p.text().nullable(),
    active: p.boolean(),
    displayNameKey: p.text().collation('C').nullable(),
    body: p.json<ResourceBody>(),
    folded: p.json<ResourceBody>(),
    /** Counts changes of what a client sees, groups included. */
    version: p.bigint(),
    /** False = adopted: its access is what it was, until a SCIM client changes it. */
    decides: p.boolean().default(true),
    createdAt: p.datetime(3),
    modifiedAt: p.datetime(3),
  },
});

/** The e-mail addresses of a body, for searches. */
export const DirectoryEmail = defineEntity({
  name: 'DirectoryEmail',
  tableName: 'directory_emails',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'directory_emails_value', properties: ['orgId', 'valueKey'] }],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    position: p.integer().primary(),
    valueKey: p.text().collation('C').nullable(),
    typeKey: p.text().collation('C').nullable(),
    isPrimary: p.boolean(),
  },
});

export const DirectoryGroupRow = defineEntity({
  name: 'DirectoryGroupRow',
  tableName: 'directory_groups',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'directory_groups_display_name', properties: ['orgId', 'displayNameKey'] },
    {
      name: 'directory_groups_former',
      expression: `create index "directory_groups_former" on "directory_groups" ("org_id") where former_names <> '{}'`,
    },
    { name: 'directory_groups_external_id', properties: ['orgId', 'externalId'] },
    { name: 'directory_groups_modified', properties: ['orgId', 'modifiedAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    groupId: p.uuid().primary(),
    displayName: p.text(),
    displayNameKey: p.text().collation('C'),
    externalId: p.text().nullable(),
    body: p.json<ResourceBody>(),
    folded: p.json<ResourceBody>(),
    /** Still facts of the members, until another group takes the name. */
    formerNames: p.array().default([]),
    /** As `normalizeKey` makes them, in the same order. */
    formerNameKeys: p.array().collation('C').default([]),
    members: p.integer().default(0),
    version: p.bigint(),
    createdAt: p.datetime(3),
    modifiedAt: p.datetime(3),
  },
});

export const DirectoryMember = defineEntity({
  name: 'DirectoryMember',
  tableName: 'directory_members',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'directory_members_user', properties: ['orgId', 'userId', 'groupId'] }],
  properties: {
    orgId: p.uuid().primary(),
    groupId: p.uuid().primary(),
    userId: p.uuid().primary(),
  },
});

/** A bearer token of the directory. Only the SHA-256 of the secret is kept. */
export const DirectoryTokenRow = defineEntity({
  name: 'DirectoryTokenRow',
  tableName: 'directory_tokens',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'directory_tokens_id', properties: ['orgId', 'tokenId'] }],
  indexes: [{ name: 'directory_tokens_name', properties: ['orgId', 'name'] }],
  properties: {
    orgId: p.uuid().primary(),
    tokenHash: p.blob().primary(),
    /** As it stands in the document. */
    name: p.text(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    /** Names it without its secret. */
    tokenId: p.uuid(),
    /** Id of the API token that had it made. */
    createdBy: p.text(),
    /** From then on another should be issued. */
    rotateAt: p.datetime(3),
  },
});

/** One request of a SCIM client: what was done and why not, without the values of attributes. */
export const DirectoryRequestRow = defineEntity({
  name: 'DirectoryRequestRow',
  tableName: 'directory_requests',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'directory_requests_id', properties: ['orgId', 'requestId'] }],
  indexes: [
    {
      name: 'directory_requests_refused',
      expression: `create index "directory_requests_refused" on "directory_requests" ("org_id", "at", "request_id") where "outcome" in ('refused', 'failed')`,
    },
    {
      name: 'directory_requests_resource',
      expression: `create index "directory_requests_resource" on "directory_requests" ("org_id", "resource_id", "at", "request_id") where "resource_id" is not null`,
    },
  ],
  properties: {
    orgId: p.uuid().primary(),
    at: p.datetime(3).primary(),
    requestId: p.text().primary(),
    tokenName: p.text(),
    method: p.text(),
    route: p.text(),
    status: p.integer(),
    scimType: p.text().nullable(),
    outcome: p.text(),
    /** Rules of the quirk table that mended the request. */
    quirks: p.array(),
    resourceType: p.text().nullable(),
    resourceId: p.text().nullable(),
    attributes: p.array(),
    detail: p.text().nullable(),
    hint: p.text().nullable(),
    /** The body with every value replaced by its type and length. */
    payload: p.json<object>().nullable(),
    milliseconds: p.integer(),
  },
});

/** A deactivation or deletion that a person must let through. */
export const DirectoryHoldRow = defineEntity({
  name: 'DirectoryHoldRow',
  tableName: 'directory_holds',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    holdId: p.uuid().primary(),
    reason: p.text().$type<HoldReason>(),
    /** The last `sso_admin`, who stays. */
    userId: p.uuid().nullable(),
    at: p.datetime(3),
    releasedAt: p.datetime(3).nullable(),
    releasedBy: p.text().nullable(),
  },
});

/** What ended with a deactivation or deletion; stays when the user is gone. */
export const OffboardingReceiptRow = defineEntity({
  name: 'OffboardingReceiptRow',
  tableName: 'offboarding_receipts',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'offboarding_receipts_at', properties: ['orgId', 'at'] },
    { name: 'offboarding_receipts_user', properties: ['orgId', 'userId'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    receiptId: p.uuid().primary(),
    userId: p.uuid(),
    at: p.datetime(3),
    /** Name of a token of the directory, or `token/<id>` of an API token. */
    actor: p.text(),
    cause: p.text().$type<OffboardingReceipt['cause']>(),
    /** Only users who were active and whom the directory had go count for the mass-change brake. */
    wasActive: p.boolean(),
    sessions: p.integer(),
    identities: p.integer(),
    grants: p.integer(),
    groups: p.integer(),
    /** When nothing of it was open any more, and after how long; null = from before that was noted. */
    effectiveAt: p.datetime(3).nullable(),
    milliseconds: p.integer().nullable(),
    signIns: p.integer().default(0),
    links: p.integer().default(0),
    devices: p.integer().default(0),
    recoverySessions: p.integer().default(0),
    applications: p.integer().default(0),
    forwardAuth: p.integer().default(0),
  },
});
