import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { masterKeyMissing, PersistenceError } from '../errors.ts';
import { query } from '../sql.ts';
import { masterKeyId, seal, unseal } from './seal.ts';
import type { Place } from './seal.ts';
import { ADD_KEY, DELETE_SECRET, READ_KEY, READ_SECRET, WRITE_SECRET } from './statements.ts';

/**
 * The sealed secrets of one organization, within a transaction that works for it. Each is sealed with the organization's
 * data key, which is wrapped by the deployment's master key. Without that key every use of a secret fails.
 */
export class Vault {
  #dataKey: Buffer | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly organizationId: string,
    private readonly givenMasterKey: Buffer | undefined,
  ) {}

  async read(name: string): Promise<string | undefined> {
    const [row] = await query<{ sealed: Buffer }>(this.client, READ_SECRET, [this.organizationId, name]);
    return row && unseal(await this.dataKey(), this.placeOf(name), row.sealed).toString();
  }

  async write(name: string, secret: string): Promise<void> {
    const sealed = seal(await this.dataKey(), this.placeOf(name), Buffer.from(secret));
    await query(this.client, WRITE_SECRET, [this.organizationId, name, sealed]);
  }

  async delete(name: string): Promise<void> {
    await query(this.client, DELETE_SECRET, [this.organizationId, name]);
  }

  /** A program without the key never gets further than this: nothing is sealed under a stand-in. */
  private get masterKey(): Buffer {
    if (this.givenMasterKey !== undefined) return this.givenMasterKey;
    throw masterKeyMissing();
  }

  /** The organization's data key; made when it has none. */
  private async dataKey(): Promise<Buffer> {
    this.#dataKey ??= (await this.readKey()) ?? (await this.makeKey());
    return this.#dataKey;
  }

  private async readKey(): Promise<Buffer | undefined> {
    const rows = await query<{ master_key_id: string; wrapped_key: Buffer }>(this.client, READ_KEY, [
      this.organizationId,
    ]);
    const [row] = rows;
    if (row === undefined) return undefined;
    if (row.master_key_id !== masterKeyId(this.masterKey)) {
      const message = `secrets were sealed under the master key ${row.master_key_id}; set ROLECALL_MASTER_KEY to that one`;
      throw new PersistenceError('master_key_mismatch', message);
    }
    return unseal(this.masterKey, this.keyPlace(), row.wrapped_key);
  }

  private async makeKey(): Promise<Buffer> {
    const wrapped = seal(this.masterKey, this.keyPlace(), randomBytes(32));
    await query(this.client, ADD_KEY, [this.organizationId, masterKeyId(this.masterKey), wrapped]);
    const key = await this.readKey();
    if (key === undefined) throw new Error('the data key was stored and is not there');
    return key;
  }

  private placeOf(name: string): Place {
    return { table: 'sealed_secrets', column: 'sealed', row: name, organizationId: this.organizationId };
  }

  private keyPlace(): Place {
    const { organizationId } = this;
    return { table: 'organization_keys', column: 'wrapped_key', row: organizationId, organizationId };
  }
}
