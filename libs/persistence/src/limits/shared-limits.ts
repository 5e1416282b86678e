import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import { requireMasterKeys } from '../secrets/master-keys.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import type { Statement } from '../sql.ts';
import type { Limit, SharedLimitStore, Taken } from '../stores/limits.ts';

const TABLE = 'rate_limits';

/** A limit that answers later than this is of less use than one that counts this process alone. */
const TIMEOUT_MS = 1000;

/** Of windows that are over; times of the database's clients, in milliseconds. */
export const PURGE_LIMITS: Statement = {
  name: 'purge.limits',
  text: `delete from ${TABLE} where expire < $1`,
};

export function sharedLimitStore(pool: Pool, masterKeys: MasterKeys | undefined): SharedLimitStore {
  let pepper: Buffer | undefined;
  const hidden = (name: string, key: string): string => {
    pepper ??= requireMasterKeys(masterKeys).derived('rolecall rate limits');
    return createHmac('sha256', pepper)
      .update(JSON.stringify([name, key]))
      .digest('base64url');
  };
  return {
    limit: (limit) => {
      const limiter = limiterOf(pool, limit);
      return {
        take: async (key) => taken(limiter, hidden(limit.name, key)),
        giveBack: async (key) => void (await limiter.reward(hidden(limit.name, key))),
      };
    },
  };
}

function limiterOf(pool: Pool, { name, points, seconds }: Limit): RLWrapperTimeouts {
  const counted = { keyPrefix: name, points, duration: seconds };
  const limiter = new RateLimiterPostgres({
    ...counted,
    storeClient: pool,
    storeType: 'pool',
    tableName: TABLE,
    tableCreated: true,
    clearExpiredByTimeout: false,
    insuranceLimiter: new RateLimiterMemory(counted),
  });
  return new RLWrapperTimeouts({ limiter, timeoutMs: TIMEOUT_MS });
}

async function taken(limiter: RLWrapperTimeouts, key: string): Promise<Taken> {
  try {
    return { allowed: true, endsInMs: (await limiter.consume(key)).msBeforeNext };
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return { allowed: false, endsInMs: refused.msBeforeNext };
  }
}
