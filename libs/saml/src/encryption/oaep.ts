import { constants, hash, privateDecrypt, timingSafeEqual, type KeyObject } from 'node:crypto';

import type { Oaep, OaepHash } from './algorithms.ts';

/**
 * Opens what RSA-OAEP encrypted (RFC 8017 7.1.2), without a label. Undefined for whatever does not open: nobody learns
 * why, neither by what is returned nor by the time it takes (Manger, CRYPTO 2001).
 */
export function openOaep(key: KeyObject, ciphertext: Buffer, { hash: digest, mgf1 }: Oaep): Buffer | undefined {
  try {
    // OpenSSL's own unpadding where it has the combination: it masks with the hash of the label
    if (digest === mgf1) {
      return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest }, ciphertext);
    }
    return unpad(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext), digest, mgf1);
  } catch {
    return undefined;
  }
}

/** EME-OAEP decoding (RFC 8017 7.1.2, step 3): every byte is looked at, and one answer is given at the end. */
function unpad(encoded: Buffer, digest: OaepHash, mgf1: OaepHash): Buffer | undefined {
  const labelHash = hash(digest, '', 'buffer');
  const size = labelHash.length;
  const maskedBlock = encoded.subarray(1 + size);
  const seed = xor(encoded.subarray(1, 1 + size), mask(maskedBlock, size, mgf1));
  const block = xor(maskedBlock, mask(seed, maskedBlock.length, mgf1));
  let bad = (encoded[0] ?? 1) | Number(!timingSafeEqual(block.subarray(0, size), labelHash));
  let start = 0;
  let seeking = 1;
  for (let index = size; index < block.length; index += 1) {
    const byte = block[index] ?? 0;
    const isOne = Number(byte === 1);
    const isZero = Number(byte === 0);
    start |= -(seeking & isOne) & (index + 1);
    bad |= seeking & (1 - isOne) & (1 - isZero);
    seeking &= 1 - isOne;
  }
  return (bad | seeking) === 0 ? block.subarray(start) : undefined;
}

/** MGF1 (RFC 8017 B.2.1). */
function mask(seed: Buffer, length: number, digest: OaepHash): Buffer {
  const parts: Buffer[] = [];
  for (let made = 0, counter = 0; made < length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const part = hash(digest, Buffer.concat([seed, count]), 'buffer');
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts, length);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
