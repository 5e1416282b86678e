import { defineEntity, p } from '@mikro-orm/core';
import type { Evidence, FactsJson } from '@rolecall/role-mapping';
import type { GrantSource, UserStatus } from '../stores.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** A person of one organization. The deciding identity is the one that signed in last: its facts alone give grants. */
export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'users_email', properties: ['orgId', 'emailKey'] },
    { name: 'users_status', properties: ['orgId', 'status', 'userId'] },
    {
      name: 'users_unmanaged',
      expression: `create index "users_unmanaged" on "users" ("org_id", "user_id") where deciding_identity_provider is distinct from '@directory'`,
    },
  ],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    status: p.text().$type<UserStatus>().default('active'),
    email: p.text().nullable(),
    /** By which a user is found: a comparison that calls a function uses no index under row-level security. */
    emailKey: p.text().nullable().generated('lower(email) stored'),
    givenName: p.text().nullable(),
    familyName: p.text().nullable(),
    displayName: p.text().nullable(),
    decidingIdentityProvider: p.text().nullable(),
    decidingNameIdFormat: p.text().nullable(),
    decidingNameId: p.text().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    /** Since when an administrator keeps the user out, whatever a directory says. */
    stoppedAt: p.datetime(3).nullable(),
  },
});

/** A subject at an IdP, with the facts of its last login. */
export const Identity = defineEntity({
  name: 'Identity',
  tableName: 'identities',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'identities_user', properties: ['orgId', 'userId'] }],
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    nameIdFormat: p.text().primary(),
    nameId: p.text().primary(),
    userId: p.uuid(),
    facts: p.json<FactsJson>(),
    lastLoginAt: p.datetime(3),
  },
});

/** A role on a scope, with why and since when. */
export const Grant = defineEntity({
  name: 'Grant',
  tableName: 'grants',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [
    { name: 'grants_role', properties: ['orgId', 'role', 'userId'] },
    {
      name: 'grants_sso_admin',
      expression: `create index "grants_sso_admin" on "grants" ("org_id", "user_id") where role = 'sso_admin'`,
    },
  ],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    scope: p.text().primary(),
    role: p.text().primary(),
    sources: p.json<readonly GrantSource[]>(),
    /** The revision whose rules gave it with these sources. */
    revision: p.integer(),
    grantedAt: p.datetime(3),
    /** Since when it is called so and comes from these sources; null = since it was given. */
    validFrom: p.datetime(3).nullable(),
  },
});

/** A grant as it was before it went or changed. */
export const GrantHistory = defineEntity({
  name: 'GrantHistory',
  tableName: 'grant_history',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    scope: p.text().primary(),
    role: p.text().primary(),
    endedAt: p.datetime(3).primary(),
    sources: p.json<readonly GrantSource[]>(),
    revision: p.integer(),
    grantedAt: p.datetime(3),
    validFrom: p.datetime(3).nullable(),
  },
});

/** A user in a group, with why and since when. */
export const Membership = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  ...OWN_ORGANIZATION_ONLY,
  indexes: [{ name: 'memberships_group_user', properties: ['orgId', 'groupName', 'userId'] }],
  properties: {
    orgId: p.uuid().primary(),
    userId: p.uuid().primary(),
    groupName: p.text().primary(),
    sources: p.json<readonly Evidence[]>(),
    revision: p.integer(),
    joinedAt: p.datetime(3),
  },
});
