import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { PersistenceError } from '../errors.ts';

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Where a secret stands. It is authenticated with the secret, so a ciphertext that was moved does not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  /** The row's key within the organization. */
  readonly row: string;
  readonly organizationId: string;
}

/** Refuses a master key that is not 32 bytes. */
export function requireMasterKey(masterKey: Buffer): void {
  if (masterKey.length === KEY_BYTES) return;
  throw new PersistenceError('master_key_invalid', `the master key has ${masterKey.length} bytes and must have 32`);
}

/** Names a master key without telling anything of it, so that data sealed under another one is recognized. */
export function masterKeyId(masterKey: Buffer): string {
  return createHmac('sha256', masterKey).update('rolecall master key id').digest('hex').slice(0, 16);
}

/** AES-256-GCM with a random nonce: format (1 byte), nonce (12), tag (16), ciphertext. */
export function seal(key: Buffer, place: Place, secret: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(bytesOf(place));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]);
}

/** The secret, or `sealed_secret_invalid`: another key, changed bytes, or bytes from another place. */
export function unseal(key: Buffer, place: Place, sealed: Buffer): Buffer {
  const nonceEnd = 1 + NONCE_BYTES;
  const tagEnd = nonceEnd + TAG_BYTES;
  try {
    if (sealed[0] !== FORMAT || sealed.length < tagEnd) throw new Error('unknown format');
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, nonceEnd), { authTagLength: TAG_BYTES })
      .setAAD(bytesOf(place))
      .setAuthTag(sealed.subarray(nonceEnd, tagEnd));
    return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]);
  } catch (cause) {
    const where = `${place.table}.${place.column} of ${place.row}`;
    throw new PersistenceError('sealed_secret_invalid', `${where} does not open here; restore it from a backup`, {
      cause,
    });
  }
}

/** `table|column|row|organization`, in a form in which no two places look the same. */
function bytesOf(place: Place): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.column, place.row, place.organizationId]));
}

/** A key as the environment has it: 32 bytes in base64, with or without padding; undefined for anything else. */
export function parseSealingKey(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const same = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return bytes.length === KEY_BYTES && same ? bytes : undefined;
}
