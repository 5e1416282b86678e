import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  type CipherGCM,
} from 'node:crypto';

import { NS } from '../xml/namespaces.ts';

const CIPHERS = {
  'aes128-gcm': ['aes-128-gcm', 16, 12, NS.encryption11],
  'aes256-gcm': ['aes-256-gcm', 32, 12, NS.encryption11],
  'aes128-cbc': ['aes-128-cbc', 16, 16, NS.encryption],
  'aes192-cbc': ['aes-192-cbc', 24, 16, NS.encryption],
  'aes256-cbc': ['aes-256-cbc', 32, 16, NS.encryption],
  'tripledes-cbc': ['des-ede3-cbc', 24, 8, NS.encryption],
} as const;
const DIGESTS = { sha1: `${NS.signature}sha1`, sha256: `${NS.encryption}sha256` } as const;
type Hash = keyof typeof DIGESTS;

/** How a test IdP encrypts; the defaults are AES-256-GCM and RSA-OAEP as most IdPs write it. */
export interface EncryptOptions {
  /** For whom: the certificate of its key, PEM. */
  readonly certificate: string;
  readonly cipher?: keyof typeof CIPHERS;
  readonly transport?: 'rsa-oaep-mgf1p' | 'rsa-oaep' | 'rsa-1_5';
  /** DigestMethod of RSA-OAEP. Absent = none is written, and SHA-1 is used. */
  readonly digest?: Hash;
  /** The MGF element, of `rsa-oaep` only. Absent = none is written, and SHA-1 is used. */
  readonly mgf1?: Hash;
  /** Where the EncryptedKey stands: in KeyInfo, or beside EncryptedData, found by RetrievalMethod, by its name or at all. */
  readonly key?: 'inside' | 'retrieved' | 'named' | 'beside';
  /** Changes one byte after all is done: the last of the ciphertext (of the tag in GCM), or one of the encrypted key. */
  readonly spoil?: 'ciphertext' | 'key';
  /** What is encrypted instead of a content key of the right length. */
  readonly contentKey?: Buffer;
}

/** Encrypts XML as an EncryptedAssertion (Core 2.3.4, XMLEnc 1.1), as IdPs do it and, for attacks, as nobody should. */
export function encryptXml(xml: string, options: EncryptOptions): string {
  const { cipher = 'aes256-gcm', key: place = 'inside', spoil } = options;
  const [name, keyBytes, ivBytes, namespace] = CIPHERS[cipher];
  const contentKey = randomBytes(keyBytes);
  const ciphertext = spoiled(encrypt(name, contentKey, randomBytes(ivBytes), Buffer.from(xml)), spoil === 'ciphertext');
  const encryptedKey = encryptedKeyXml(options.contentKey ?? contentKey, options);
  const keyInfo = {
    inside: encryptedKey,
    retrieved: `<ds:RetrievalMethod Type="${NS.encryption}EncryptedKey" URI="#_key"/>`,
    named: '<ds:KeyName>content key</ds:KeyName>',
    beside: '',
  }[place];
  return `<saml:EncryptedAssertion xmlns:saml="${NS.assertion}" xmlns:xenc="${NS.encryption}" xmlns:ds="${NS.signature}"><xenc:EncryptedData Type="${NS.encryption}Element"><xenc:EncryptionMethod Algorithm="${namespace}${cipher}"/>${keyInfo === '' ? '' : `<ds:KeyInfo>${keyInfo}</ds:KeyInfo>`}<xenc:CipherData><xenc:CipherValue>${ciphertext.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>${place === 'inside' ? '' : encryptedKey}</saml:EncryptedAssertion>`;
}

function encryptedKeyXml(contentKey: Buffer, options: EncryptOptions): string {
  const { transport = 'rsa-oaep-mgf1p', digest, mgf1, spoil } = options;
  const namespace = transport === 'rsa-oaep' ? NS.encryption11 : NS.encryption;
  const value = spoiled(encryptKey(contentKey, options), spoil === 'key').toString('base64');
  const parameters = [
    digest === undefined ? '' : `<ds:DigestMethod Algorithm="${DIGESTS[digest]}"/>`,
    mgf1 === undefined
      ? ''
      : `<xenc11:MGF xmlns:xenc11="${NS.encryption11}" Algorithm="${NS.encryption11}mgf1${mgf1}"/>`,
  ].join('');
  return `<xenc:EncryptedKey Id="_key"><xenc:EncryptionMethod Algorithm="${namespace}${transport}">${parameters}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData><xenc:CarriedKeyName>content key</xenc:CarriedKeyName></xenc:EncryptedKey>`;
}

function encryptKey(contentKey: Buffer, options: EncryptOptions): Buffer {
  const { certificate, transport = 'rsa-oaep-mgf1p', digest = 'sha1', mgf1 = 'sha1' } = options;
  const key = createPublicKey(certificate);
  if (transport === 'rsa-1_5') return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, contentKey);
  if (digest === mgf1)
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest }, contentKey);
  const bytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, padded(contentKey, bytes, digest, mgf1));
}

/** EME-OAEP encoding (RFC 8017 7.1.1, step 2) for two different hashes, which OpenSSL has and Node does not offer. */
function padded(message: Buffer, bytes: number, digest: Hash, mgf1: Hash): Buffer {
  const labelHash = createHash(digest).digest();
  const zeros = Buffer.alloc(bytes - message.length - 2 * labelHash.length - 2);
  const block = Buffer.concat([labelHash, zeros, Buffer.of(1), message]);
  const seed = randomBytes(labelHash.length);
  const maskedBlock = xor(block, mgf(seed, block.length, mgf1));
  return Buffer.concat([Buffer.of(0), xor(seed, mgf(maskedBlock, seed.length, mgf1)), maskedBlock]);
}

function mgf(seed: Buffer, length: number, digest: Hash): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 20) }, (_, index) =>
    createHash(digest)
      .update(seed)
      .update(Buffer.of(0, 0, 0, index))
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}

function encrypt(name: string, key: Buffer, iv: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv(name, key, iv);
  const ciphertext = Buffer.concat([iv, cipher.update(plaintext), cipher.final()]);
  return name.endsWith('gcm') ? Buffer.concat([ciphertext, (cipher as CipherGCM).getAuthTag()]) : ciphertext;
}

function spoiled(bytes: Buffer, isSpoiled: boolean): Buffer {
  if (isSpoiled) bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
}
