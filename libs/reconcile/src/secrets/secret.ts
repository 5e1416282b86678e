import { createHash, createHmac } from 'node:crypto';

/** Where a secret stands. Its fingerprint holds there alone, so that equal secrets of two organizations don't show. */
export interface SecretPlace {
  /** Each collection has a key of its own. */
  readonly collection: string;
  readonly organization: string;
  /** JSON pointer of the reference, e.g. `/spec/identityProviders/google/clientSecret`. */
  readonly pointer: string;
}

/**
 * What stands for a secret in plans: HMAC-SHA256 (hex) over organization, pointer and value. Tells whether two values are
 * the same and, without the key, nothing else.
 * @param key of the collection, made by the server
 */
export function secretFingerprint(key: Buffer, { organization, pointer }: SecretPlace, value: string): string {
  return createHmac('sha256', key).update(`${organization}\n${pointer}\n${value}`).digest('hex');
}

/**
 * What stands for a sealed value (`age`) in plans: SHA-256 (hex) of its ciphertext, which anybody may know. Sealing the same
 * value again gives another one.
 */
export function sealedDigest(age: string): string {
  return createHash('sha256').update(age).digest('hex');
}
