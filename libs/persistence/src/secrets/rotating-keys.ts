import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { inTransaction, query } from '../sql.ts';
import { deploymentKeyPlace } from './fingerprint-keys.ts';
import { requireMasterKeys } from './master-keys.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { ADD_DEPLOYMENT_KEY, READ_DEPLOYMENT_KEY } from './statements.ts';

const DAY_MS = 86_400_000;
/** A key signs for so long; the one after it is published so long before. */
const SIGNS_MS = 90 * DAY_MS;
const AHEAD_MS = DAY_MS;
/** How long this process remembers which keys there are. */
const KNOWN_MS = 60_000;

export interface StoredKey<Public> {
  readonly generation: number;
  readonly public_key: Public;
  readonly current_from: Date;
}

/** Where the public keys of one kind stand, and how another one is made. */
export interface KeyKind<Public> {
  /** The private ones are among the keys of the deployment as `<name>/<generation>`. */
  readonly name: string;
  generate(): Promise<{ readonly privateKey: KeyObject; readonly publicKey: Public }>;
  /** The newest first. */
  list(on: Pool): Promise<readonly StoredKey<Public>[]>;
  /** False when another process made this generation. */
  add(on: PoolClient, generation: number, publicKey: Public, from: Date, now: Date): Promise<boolean>;
}

/** Keys of one kind that follow each other. The private ones go over to another master key with the rest of the deployment's. */
export class RotatingKeys<Public> {
  private readonly opened = new Map<number, Promise<KeyObject>>();
  private looking: Promise<readonly StoredKey<Public>[]> | undefined;
  private known: { readonly keys: readonly StoredKey<Public>[]; readonly at: number } | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly masterKeys: MasterKeys | undefined,
    private readonly kind: KeyKind<Public>,
  ) {}

  /** All of them, the newest first; makes the first one, or the next when the newest has served its time. */
  async all(now: Date): Promise<readonly StoredKey<Public>[]> {
    if (this.known === undefined || Math.abs(now.getTime() - this.known.at) > KNOWN_MS) {
      // once for all requests that ask meanwhile: a key costs a good part of a second
      this.looking ??= this.look(now).finally(() => (this.looking = undefined));
      return this.looking;
    }
    return this.known.keys;
  }

  private async look(now: Date): Promise<readonly StoredKey<Public>[]> {
    const keys = await this.renewed(await this.kind.list(this.pool), now);
    this.known = { keys, at: now.getTime() };
    return keys;
  }

  /** The one that signs. */
  async current(now: Date): Promise<StoredKey<Public>> {
    const keys = await this.all(now);
    const key = keys.find(({ current_from: from }) => from <= now) ?? keys.at(-1);
    if (key === undefined) throw new Error('a signing key was stored and is not there');
    return key;
  }

  privateKey(generation: number): Promise<KeyObject> {
    const privateKey = this.opened.get(generation) ?? this.open(generation);
    this.opened.set(generation, privateKey);
    privateKey.catch(() => this.opened.delete(generation));
    return privateKey;
  }

  private async renewed(keys: readonly StoredKey<Public>[], now: Date): Promise<readonly StoredKey<Public>[]> {
    const [newest] = keys;
    const due = newest && new Date(newest.current_from.getTime() + SIGNS_MS);
    if (due && due.getTime() - AHEAD_MS > now.getTime()) return keys;
    const from = due ? new Date(Math.max(due.getTime(), now.getTime() + AHEAD_MS)) : now;
    await this.make((newest?.generation ?? 0) + 1, from, now);
    return this.kind.list(this.pool);
  }

  /** Of two processes that make one at the same moment, both take the one that was first. */
  private async make(generation: number, from: Date, now: Date): Promise<void> {
    const { privateKey, publicKey } = await this.kind.generate();
    const name = this.nameOf(generation);
    const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
    const { master_key_id: id, wrapped_key: wrapped } = requireMasterKeys(this.masterKeys).wrap(
      deploymentKeyPlace(name),
      secret,
    );
    await inTransaction(this.pool, {}, async (client) => {
      const added = await this.kind.add(client, generation, publicKey, from, now);
      if (added) await query(client, ADD_DEPLOYMENT_KEY, [name, id, wrapped]);
    });
  }

  private async open(generation: number): Promise<KeyObject> {
    const keys = requireMasterKeys(this.masterKeys);
    const name = this.nameOf(generation);
    const [stored] = await query<WrappedKey & object>(this.pool, READ_DEPLOYMENT_KEY, [name]);
    if (stored === undefined) throw new Error(`the key ${name} is not there`);
    return createPrivateKey({ key: keys.unwrap(deploymentKeyPlace(name), stored), format: 'der', type: 'pkcs8' });
  }

  private nameOf(generation: number): string {
    return `${this.kind.name}/${generation}`;
  }
}
