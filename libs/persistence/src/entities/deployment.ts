import { defineEntity, p } from '@mikro-orm/core';
import type { PlatformDocument } from '@rolecall/org-config';
import type { RevisionOrigin } from '@rolecall/reconcile';
import type { ApiRight, PublicSigningKey, Workload } from '../stores.ts';

/* The deployment's own, of no organization. Of secrets there are hashes, and keys that the master key wraps. */

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

/** Public keys by which the OpenID provider signs. */
export const ProviderKeyRow = defineEntity({
  name: 'ProviderKeyRow',
  tableName: 'provider_keys',
  properties: {
    algorithm: p.text().primary(),
    generation: p.integer().primary().autoincrement(false),
    publicKey: p.json<Readonly<Record<string, unknown>>>(),
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
