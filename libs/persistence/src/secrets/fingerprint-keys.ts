import { hkdfSync, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { query } from '../sql.ts';
import { requireMasterKeys } from './master-keys.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import type { Place } from './seal.ts';
import { ADD_DEPLOYMENT_KEY, READ_DEPLOYMENT_KEY } from './statements.ts';

const NAME = 'fingerprints';

/** Where a key of the deployment is sealed to. */
export function deploymentKeyPlace(name: string): Place {
  return { table: 'deployment_keys', column: 'wrapped_key', row: name, organizationId: '' };
}

/**
 * The keys with which the secrets of collections are fingerprinted: derived from one random key (RFC 5869), so that no table holds
 * them, and of no use for opening anything. The random key is made once and outlives every master key: what was reviewed before a
 * rotation is the same plan after it.
 */
export class FingerprintKeys {
  #root: Promise<Buffer> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly masterKeys: MasterKeys | undefined,
  ) {}

  /** @throws PersistenceError `master_key_missing`, `master_key_mismatch` */
  async of(collection: string): Promise<Buffer> {
    this.#root ??= this.root();
    const root = await this.#root.catch((error: unknown) => {
      this.#root = undefined;
      throw error;
    });
    return Buffer.from(hkdfSync('sha256', root, '', `rolecall secret fingerprints\n${collection}`, 32));
  }

  /** In a transaction of its own: a plan that is rolled back must not take it away from those who have seen it. */
  private async root(): Promise<Buffer> {
    const keys = requireMasterKeys(this.masterKeys);
    const stored = (await this.read()) ?? (await this.make(keys));
    return keys.unwrap(deploymentKeyPlace(NAME), stored);
  }

  private async read(): Promise<WrappedKey | undefined> {
    return (await query<WrappedKey & object>(this.pool, READ_DEPLOYMENT_KEY, [NAME]))[0];
  }

  /** Of two processes that make one at the same moment, both take the one that was first. */
  private async make(keys: MasterKeys): Promise<WrappedKey> {
    const { master_key_id: id, wrapped_key: wrapped } = keys.wrap(deploymentKeyPlace(NAME), randomBytes(32));
    await query(this.pool, ADD_DEPLOYMENT_KEY, [NAME, id, wrapped]);
    const stored = await this.read();
    if (stored !== undefined) return stored;
    throw new Error('the key of fingerprints was stored and is not there');
  }
}

/** What a transaction needs to seal, to open and to compare secrets. */
export interface SecretKeys {
  readonly masterKeys: MasterKeys | undefined;
  readonly fingerprints: FingerprintKeys;
}
