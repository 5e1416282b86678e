import type { PoolClient } from 'pg';
import type { PreparedKeys } from '@rolecall/reconcile';
import type { KeyUse, ServiceProviderKey } from '@rolecall/saml';
import { query } from '../sql.ts';
import { privateKeyName } from './secret-names.ts';
import { ADD_SERVICE_PROVIDER_KEY, DELETE_SERVICE_PROVIDER_KEY, RENAME_SERVICE_PROVIDER_KEY } from './statements.ts';
import type { Vault } from './vault.ts';

/** A row of `service_provider_keys` as the database writes it into JSON. */
export interface ServiceProviderKeyJson extends Omit<ServiceProviderKey, 'currentFrom' | 'privateKey'> {
  readonly secretName: string;
  readonly currentFrom: string;
}

/** Opens the private keys. */
export async function readServiceProviderKeys(
  rows: readonly ServiceProviderKeyJson[],
  vault: Vault,
): Promise<readonly ServiceProviderKey[]> {
  const keys: ServiceProviderKey[] = [];
  for (const { secretName, currentFrom, ...row } of rows) {
    const privateKey = await vault.read(secretName);
    if (privateKey !== undefined) keys.push({ ...row, privateKey, currentFrom: new Date(currentFrom) });
  }
  return keys;
}

/** The key pairs of one IdP, within the transaction of an apply. */
export class ServiceProviderKeys {
  constructor(
    private readonly client: PoolClient,
    private readonly vault: Vault,
    private readonly organizationId: string,
    private readonly identityProvider: string,
    private readonly stored: readonly ServiceProviderKeyJson[],
  ) {}

  /**
   * Adds what was made and drops the uses that are not wanted. A pair of a higher generation is the next one for as long as
   * the overlap lasts, and never before one that was the next already; the first of its use is in use at once.
   */
  async replace(wanted: PreparedKeys | undefined, now: Date): Promise<void> {
    for (const key of this.stored) if (wanted?.pairs[key.use] === undefined) await this.delete(key);
    for (const use of ['signing', 'encryption'] as const) await this.add(use, wanted, now);
  }

  /** The name is sealed in: each private key is sealed anew under the new one. Before the rows get it. */
  async rename(to: string): Promise<void> {
    for (const { use, generation, secretName } of this.stored) {
      const privateKey = await this.vault.read(secretName);
      const renamed = privateKeyName(to, use, generation);
      if (privateKey === undefined) continue;
      await this.vault.write(renamed, privateKey);
      await this.vault.delete(secretName);
      await this.change(RENAME_SERVICE_PROVIDER_KEY, use, generation, renamed);
    }
  }

  private async add(use: KeyUse, wanted: PreparedKeys | undefined, now: Date): Promise<void> {
    const made = wanted?.pairs[use];
    const last = this.stored.filter((key) => key.use === use).at(-1);
    if (wanted === undefined || made === undefined || made === 'kept') return;
    const { generation, overlapSeconds } = wanted;
    if (last !== undefined && last.generation >= generation) return;
    const due = now.getTime() + overlapSeconds * 1000;
    const from = last ? new Date(Math.max(due, Date.parse(last.currentFrom))) : now;
    const name = privateKeyName(this.identityProvider, use, generation);
    await this.vault.write(name, made.privateKey);
    await this.change(ADD_SERVICE_PROVIDER_KEY, use, generation, name, made.certificate, from, overlapSeconds);
  }

  private async delete({ use, generation, secretName }: ServiceProviderKeyJson): Promise<void> {
    await this.vault.delete(secretName);
    await this.change(DELETE_SERVICE_PROVIDER_KEY, use, generation);
  }

  private async change(statement: typeof ADD_SERVICE_PROVIDER_KEY, ...values: readonly unknown[]): Promise<void> {
    await query(this.client, statement, [this.organizationId, this.identityProvider, ...values]);
  }
}
