import pg from 'pg';
import type { PoolClient } from 'pg';
import { inTransaction, query, workingFor } from '../sql.ts';
import { deploymentKeyPlace } from './fingerprint-keys.ts';
import { MasterKeys } from './master-keys.ts';
import type { WrappedKey } from './master-keys.ts';
import type { Place } from './seal.ts';
import * as sql from './statements.ts';
import { organizationKeyPlace } from './vault.ts';

/** In one transaction: what a kill takes away, and how long a row is locked. */
const BATCH = 100;

export interface RotateOptions {
  /** The role that owns the tables: no service may change a wrapped key. */
  readonly ownerUrl: string;
  readonly masterKey: Buffer;
  readonly previousMasterKey: Buffer;
  /** Only counts. */
  readonly check?: boolean;
  /** Told after each batch. */
  readonly progress?: (keys: number) => void;
}

/** How many data keys were found. */
export interface Rotated {
  /** Wrapped by the previous master key; by now (without `check`) by the current one. */
  readonly rewrapped: number;
  /** Wrapped by the current one already. */
  readonly current: number;
  /** Wrapped by neither: they stay as they are. */
  readonly unknown: number;
}

/**
 * Wraps every data key anew, of organizations and of the deployment, that the previous master key wrapped; the secrets themselves stay as
 * they are. Each batch is a transaction, so it may be interrupted at any moment and be run again, and services that know both
 * keys work meanwhile.
 * @throws PersistenceError `master_key_invalid`, `sealed_secret_invalid`
 */
export async function rotateMasterKey(options: RotateOptions): Promise<Rotated> {
  const { ownerUrl, masterKey, previousMasterKey, check = false, progress } = options;
  const keys = new MasterKeys(masterKey, previousMasterKey);
  const pool = new pg.Pool({ connectionString: ownerUrl, application_name: 'rolecall-rotate-master-key', max: 1 });
  const counts = { rewrapped: 0, current: 0, unknown: 0 };
  const turn = async (stored: WrappedKey, place: Place, write: (wrapped: WrappedKey) => Promise<unknown>) => {
    const wrapper = keys.wrapperOf(stored);
    counts[wrapper === 'other' ? 'rewrapped' : wrapper] += 1;
    if (wrapper === 'other' && !check) await write(keys.wrap(place, keys.unwrap(place, stored)));
  };
  try {
    await inTransaction(pool, {}, (client) => deploymentKeys(client, turn));
    for (let last: string | null = null; ;) {
      const ids: string[] = (await query<{ org_id: string }>(pool, sql.NEXT_ORGANIZATIONS, [last, BATCH])).map(
        (r) => r.org_id,
      );
      if (ids.length === 0) return counts;
      await inTransaction(pool, {}, async (client) => {
        for (const id of ids) await organizationKey(client, id, turn);
      });
      last = ids.at(-1) ?? null;
      progress?.(counts.rewrapped + counts.current + counts.unknown);
    }
  } finally {
    await pool.end();
  }
}

type Turn = (stored: WrappedKey, place: Place, write: (wrapped: WrappedKey) => Promise<unknown>) => Promise<void>;

async function deploymentKeys(client: PoolClient, turn: Turn): Promise<void> {
  const rows = await query<WrappedKey & { name: string }>(client, sql.LOCK_DEPLOYMENT_KEYS, []);
  for (const { name, ...stored } of rows) {
    await turn(stored, deploymentKeyPlace(name), ({ master_key_id: id, wrapped_key: wrapped }) =>
      query(client, sql.REWRAP_DEPLOYMENT_KEY, [name, id, wrapped]),
    );
  }
}

/** The policies bind the owner too, so it works for one organization after the other. */
async function organizationKey(client: PoolClient, organizationId: string, turn: Turn): Promise<void> {
  await client.query(workingFor(organizationId));
  const [stored] = await query<WrappedKey & object>(client, sql.LOCK_KEY, [organizationId]);
  if (stored === undefined) return;
  await turn(stored, organizationKeyPlace(organizationId), ({ master_key_id: id, wrapped_key: wrapped }) =>
    query(client, sql.REWRAP_KEY, [organizationId, id, wrapped]),
  );
}
