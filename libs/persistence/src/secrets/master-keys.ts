import { hkdfSync } from 'node:crypto';
import { masterKeyMissing, PersistenceError } from '../errors.ts';
import { masterKeyId, requireMasterKey, seal, unseal } from './seal.ts';
import type { Place } from './seal.ts';

/** A data key as it is stored. */
export interface WrappedKey {
  readonly master_key_id: string;
  readonly wrapped_key: Buffer;
}

/**
 * The master keys of a deployment: what is new is wrapped by the current one; what either of the two wrapped is opened, so that
 * everything works while another master key takes over.
 */
export class MasterKeys {
  readonly #byId: ReadonlyMap<string, Buffer>;

  /** @throws PersistenceError `master_key_invalid` */
  constructor(
    private readonly current: Buffer,
    previous?: Buffer,
  ) {
    const keys = previous === undefined ? [current] : [previous, current];
    keys.forEach(requireMasterKey);
    this.#byId = new Map(keys.map((key) => [masterKeyId(key), key]));
  }

  /** A key of its own for one purpose (RFC 5869). It goes with the master key: nothing that must outlive a rotation hangs on it. */
  derived(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.current, '', purpose, 32));
  }

  wrap(place: Place, key: Buffer): WrappedKey {
    return { master_key_id: masterKeyId(this.current), wrapped_key: seal(this.current, place, key) };
  }

  /** @throws PersistenceError `master_key_mismatch`, `sealed_secret_invalid` */
  unwrap(place: Place, { master_key_id: id, wrapped_key: wrapped }: WrappedKey): Buffer {
    const key = this.#byId.get(id);
    if (key !== undefined) return unseal(key, place, wrapped);
    const message = `secrets were sealed under the master key ${id}; set ROLECALL_MASTER_KEY or ROLECALL_MASTER_KEY_PREVIOUS to that one`;
    throw new PersistenceError('master_key_mismatch', message);
  }

  /** `other` = the previous one wrapped it; `unknown` = neither of the two did. */
  wrapperOf({ master_key_id: id }: WrappedKey): 'current' | 'other' | 'unknown' {
    if (id === masterKeyId(this.current)) return 'current';
    return this.#byId.has(id) ? 'other' : 'unknown';
  }
}

/** A program without a master key never gets further than this: nothing is sealed under a stand-in. */
export function requireMasterKeys(keys: MasterKeys | undefined): MasterKeys {
  if (keys !== undefined) return keys;
  throw masterKeyMissing();
}
