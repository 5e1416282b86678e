import { createDecipheriv, createPrivateKey, randomBytes, type CipherGCMTypes, type KeyObject } from 'node:crypto';

import type { DataCipher } from './algorithms.ts';
import type { EncryptedParts } from './encrypted-parts.ts';
import { openOaep } from './oaep.ts';

const GCM_NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;
const BLOCK_BYTES = 16;

/**
 * Decrypts with the first of our keys that opens one of the content keys. Whatever fails, and where, the same steps are
 * taken and the same answer is given: an RSA operation that fails goes on with a random content key, so that nobody
 * learns whether it was the key, the padding or the bytes (no oracle; ASVS 11.2.5).
 *
 * @returns the plaintext, UNVERIFIED: anybody can encrypt to us
 */
export function decrypt(parts: EncryptedParts, keys: readonly KeyObject[]): Buffer | undefined {
  const { cipher, ciphertext } = parts;
  let opened: Buffer | undefined;
  for (const encryptedKey of parts.keys) {
    for (const key of keys) {
      const instead = randomBytes(cipher.keyBytes);
      const contentKey = openOaep(key, encryptedKey.ciphertext, encryptedKey.oaep);
      const fits = contentKey?.length === cipher.keyBytes;
      const plaintext = decipher(cipher, fits ? contentKey : instead, ciphertext);
      // under a random key one CBC text in sixteen has a padding that looks right
      if (fits) opened ??= plaintext;
    }
  }
  return opened;
}

function decipher({ cipher, isAuthenticated }: DataCipher, key: Buffer, bytes: Buffer): Buffer | undefined {
  try {
    return isAuthenticated ? openGcm(cipher as CipherGCMTypes, key, bytes) : openCbc(cipher, key, bytes);
  } catch {
    return undefined;
  }
}

/** XMLEnc 1.1 5.2.4: nonce (12 bytes), ciphertext, tag (16). */
function openGcm(cipher: CipherGCMTypes, key: Buffer, bytes: Buffer): Buffer {
  const nonce = bytes.subarray(0, GCM_NONCE_BYTES);
  const body = bytes.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: GCM_TAG_BYTES });
  opening.setAuthTag(bytes.subarray(-GCM_TAG_BYTES));
  return Buffer.concat([opening.update(body), opening.final()]);
}

/** XMLEnc 1.1 5.2.1: initialization vector (16 bytes), ciphertext; of the padding only the last byte has a meaning. */
function openCbc(cipher: DataCipher['cipher'], key: Buffer, bytes: Buffer): Buffer | undefined {
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, BLOCK_BYTES)).setAutoPadding(false);
  const padded = Buffer.concat([opening.update(bytes.subarray(BLOCK_BYTES)), opening.final()]);
  const padding = padded.at(-1) ?? 0;
  return padding >= 1 && padding <= BLOCK_BYTES ? padded.subarray(0, -padding) : undefined;
}

const cache = new WeakMap<readonly string[], readonly KeyObject[]>();

/** Private keys of ours, ready to use; read once per list, for as long as the caller keeps that. */
export function privateKeysOf(pems: readonly string[]): readonly KeyObject[] {
  const known = cache.get(pems);
  if (known !== undefined) return known;
  const keys = pems.map((pem) => createPrivateKey(pem));
  cache.set(pems, keys);
  return keys;
}
