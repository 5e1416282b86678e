import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import { requireMasterKeys } from './master-keys.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { seal, unseal } from './seal.ts';
import type { Place } from './seal.ts';
import { ADD_KEY, DELETE_SECRET, READ_KEY, READ_SECRET, WRITE_SECRET } from './statements.ts';

/** A place of the vault's organization. */
export type SealedAt = Omit<Place, 'organizationId'>;

/**
 * The sealed secrets of one organization, within a transaction that works for it. Each is sealed with the organization's
 * data key, which is wrapped by the deployment's master key. Without that key every use of a secret fails.
 */
export class Vault {
  #dataKey: Buffer | undefined;

  constructor(
    private readonly client: PoolClient,
    readonly organizationId: string,
    private readonly masterKeys: MasterKeys | undefined,
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

  /** Seals what another table keeps, to its column and row there. */
  async sealed(at: SealedAt, secret: Buffer): Promise<Buffer> {
    return seal(await this.dataKey(), { ...at, organizationId: this.organizationId }, secret);
  }

  /** What `sealed` made for this very place. @throws PersistenceError `sealed_secret_invalid` */
  async opened(at: SealedAt, sealed: Buffer): Promise<Buffer> {
    return unseal(await this.dataKey(), { ...at, organizationId: this.organizationId }, sealed);
  }

  /** The organization's data key; made when it has none. */
  private async dataKey(): Promise<Buffer> {
    this.#dataKey ??= (await this.readKey()) ?? (await this.makeKey());
    return this.#dataKey;
  }

  private async readKey(): Promise<Buffer | undefined> {
    const keys = requireMasterKeys(this.masterKeys);
    const [row] = await query<WrappedKey & object>(this.client, READ_KEY, [this.organizationId]);
    return row && keys.unwrap(organizationKeyPlace(this.organizationId), row);
  }

  private async makeKey(): Promise<Buffer> {
    const place = organizationKeyPlace(this.organizationId);
    const { master_key_id: id, wrapped_key: wrapped } = requireMasterKeys(this.masterKeys).wrap(place, randomBytes(32));
    await query(this.client, ADD_KEY, [this.organizationId, id, wrapped]);
    const key = await this.readKey();
    if (key === undefined) throw new Error('the data key was stored and is not there');
    return key;
  }

  private placeOf(name: string): Place {
    return { table: 'sealed_secrets', column: 'sealed', row: name, organizationId: this.organizationId };
  }
}

/** Where an organization's data key is sealed to. */
export function organizationKeyPlace(organizationId: string): Place {
  return { table: 'organization_keys', column: 'wrapped_key', row: organizationId, organizationId };
}
