import type { KeyObject } from 'node:crypto';

export type ProviderAlgorithm = 'RS256' | 'ES256';

export interface ProviderKey {
  readonly algorithm: ProviderAlgorithm;
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/**
 * The keys by which the OpenID provider signs, sealed under the master key. Of each algorithm one signs for 90 days; the one after it is
 * published a day before it signs, and the one before it as long as the next one signs.
 */
export interface ProviderKeys {
  /**
   * What is to be published now; of each algorithm the one that signs comes first. Makes the first, and the next when it is time: of two
   * processes that do so at once, both take the one that was first.
   * @throws PersistenceError `master_key_missing`, `master_key_mismatch`
   */
  current(now: Date): Promise<readonly ProviderKey[]>;
}
