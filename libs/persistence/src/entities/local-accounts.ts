import { defineEntity, p } from '@mikro-orm/core';
import type { LinkPurpose } from '../stores.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** By which a user signs in without an identity provider. Users who never had a password or a link to set one have none. */
export const LocalAccountRow = defineEntity({
  name: 'LocalAccountRow',
  tableName: 'local_accounts',
  ...OWN_ORGANIZATION_ONLY,
  uniques: [{ name: 'local_accounts_email', properties: ['orgId', 'emailKey'] }],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    /** The address in lower case that was proved; counts while it is the user's. */
    emailKey: p.text(),
    /** argon2id in PHC form; absent = none. */
    passwordHash: p.text().nullable(),
    passwordChangedAt: p.datetime(3).nullable(),
    emailVerifiedAt: p.datetime(3).nullable(),
    /** The seed, sealed to this row; without `totpConfirmedAt` nobody has shown a code of it yet. */
    totpSecret: p.blob().nullable(),
    totpConfirmedAt: p.datetime(3).nullable(),
    /** The last time step whose code was accepted: none is accepted twice. */
    totpLastStep: p.bigint().nullable(),
    createdAt: p.datetime(3),
  },
});

/** SHA-256 of codes of 80 random bits. */
export const RecoveryCodeRow = defineEntity({
  name: 'RecoveryCodeRow',
  tableName: 'recovery_codes',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    codeHash: p.blob().primary(),
  },
});

/** What was mailed to somebody and works once. */
export const OneTimeLinkRow = defineEntity({
  name: 'OneTimeLinkRow',
  tableName: 'one_time_links',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    {
      name: 'one_time_links_one',
      expression: `create unique index "one_time_links_one" on "one_time_links" ("org_id", "purpose", (coalesce(user_id::text, address_key)))`,
    },
    { name: 'one_time_links_user', properties: ['orgId', 'userId'] },
    { name: 'one_time_links_expiry', properties: ['orgId', 'expiresAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    /** SHA-256 of the token in the mail. */
    tokenHash: p.blob().primary(),
    purpose: p.text().$type<LinkPurpose>(),
    /** Absent for an address that is no user's. */
    userId: p.uuid().nullable(),
    /** Where it was sent, in lower case. */
    addressKey: p.text(),
    /** What else it is about, as its purpose says. */
    about: p.text().nullable(),
    createdBy: p.text(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** Not mailed: it proves no mailbox. */
    printed: p.boolean().default(false),
  },
});

/** The password was right, and a second factor is asked for. */
export const PendingSignInRow = defineEntity({
  name: 'PendingSignInRow',
  tableName: 'pending_sign_ins',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'pending_sign_ins_user', properties: ['orgId', 'userId'] },
    { name: 'pending_sign_ins_expiry', properties: ['orgId', 'expiresAt'] },
  ],
  properties: {
    orgId: p.uuid().primary(),
    handleHash: p.blob().primary(),
    browserHash: p.blob(),
    userId: p.uuid(),
    /** Of the password that was right. */
    passwordChangedAt: p.datetime(3),
    /** Codes that were tried. */
    tries: p.integer(),
    /** Of handle and code, so that whoever reads the table cannot try codes. */
    emailCodeHash: p.blob().nullable(),
    traceId: p.text(),
    returnTo: p.text().nullable(),
    startedAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});

/** Somebody who came by a recovery link. */
export const RecoverySessionRow = defineEntity({
  name: 'RecoverySessionRow',
  tableName: 'recovery_sessions',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'recovery_sessions_address', properties: ['orgId', 'addressKey'] }],
  properties: {
    orgId: p.uuid().primary(),
    /** SHA-256 of the cookie's secret. */
    tokenHash: p.blob().primary(),
    /** In lower case; of a recovery admin. */
    addressKey: p.text(),
    openedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** `recoveryAdminId` of when it was opened. */
    adminId: p.text().nullable(),
  },
});

/** Browsers by which a user has signed in with a password. */
export const KnownDeviceRow = defineEntity({
  name: 'KnownDeviceRow',
  tableName: 'known_devices',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    /** SHA-256 of user and cookie: the same browser cannot be told in two rows. */
    deviceHash: p.blob().primary(),
    firstSeenAt: p.datetime(3),
    lastSeenAt: p.datetime(3),
  },
});
