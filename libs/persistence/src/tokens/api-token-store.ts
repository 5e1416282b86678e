import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiTokenRow } from '../entities/deployment.ts';
import { translateError } from '../errors.ts';
import type { ApiTokenStore } from '../stores.ts';

/** `rct_` is what secret scanners look for; the id is public, the secret has 256 bits. */
const TOKEN = /^rct_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/;
const LAST_USED_EVERY_MS = 60_000;

/** Compared with when there is no such token, so that an unknown id takes as long as a wrong secret. */
const NO_TOKEN_HASH = Buffer.alloc(32);

/** Tokens of the admin API. Not a hot path: the unit of work does it. */
export function apiTokenStore(em: EntityManager): ApiTokenStore {
  return {
    async create({ name, rights, expiresAt, organizations, now }) {
      const { id, hash: tokenHash, value: token } = newApiToken();
      const held = organizations && [...organizations];
      const row = { id, name, tokenHash, rights: [...rights], organizations: held, createdAt: now, expiresAt };
      await em.fork().insert(ApiTokenRow, row).catch(rethrow);
      return { id, token };
    },

    async authenticate(presented, now) {
      const [, id, secret] = TOKEN.exec(presented) ?? [];
      if (id === undefined || secret === undefined) return undefined;
      const fork = em.fork();
      const row = await fork.findOne(ApiTokenRow, { id }).catch(rethrow);
      const secretFits = timingSafeEqual(hashOf(secret), row?.tokenHash ?? NO_TOKEN_HASH);
      if (row === null || !secretFits) return undefined;
      if (row.revokedAt || (row.expiresAt && row.expiresAt <= now)) return undefined;
      if (now.getTime() - (row.lastUsedAt?.getTime() ?? 0) >= LAST_USED_EVERY_MS) {
        await fork.nativeUpdate(ApiTokenRow, { id }, { lastUsedAt: now }).catch(rethrow);
      }
      return {
        id: row.id,
        name: row.name,
        rights: row.rights,
        expiresAt: row.expiresAt ?? undefined,
        organizations: row.organizations ?? undefined,
        ...(row.workload && { workload: row.workload }),
      };
    },

    async revoke(id, now) {
      const revoked = await em
        .fork()
        .nativeUpdate(ApiTokenRow, { id, revokedAt: null }, { revokedAt: now })
        .catch(rethrow);
      return revoked > 0;
    },

    async list() {
      const rows = await em
        .fork()
        .find(ApiTokenRow, {}, { orderBy: { createdAt: 'desc', id: 'asc' }, exclude: ['tokenHash'] })
        .catch(rethrow);
      return rows.map(({ id, name, rights, organizations, createdAt, expiresAt, lastUsedAt, revokedAt }) => ({
        id,
        name,
        rights,
        organizations: organizations ?? undefined,
        createdAt,
        expiresAt: expiresAt ?? undefined,
        lastUsedAt: lastUsedAt ?? undefined,
        revokedAt: revokedAt ?? undefined,
      }));
    },
  };
}

/** A token as it is shown, and what is kept of it. */
export function newApiToken(): { readonly id: string; readonly hash: Buffer; readonly value: string } {
  const id = randomBytes(12).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, hash: hashOf(secret), value: `rct_${id}_${secret}` };
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function rethrow(error: unknown): never {
  throw translateError(error);
}
