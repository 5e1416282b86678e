import { NS } from '../xml/namespaces.ts';

const XMLENC = NS.encryption;
const XMLENC11 = NS.encryption11;

/** How an assertion's bytes are encrypted (XMLEnc 1.1 5.2), as node:crypto does it. */
export interface DataCipher {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc';
  readonly keyBytes: number;
  /** GCM notices changed bytes; CBC does not, so it needs a signature around it (rule G12). */
  readonly isAuthenticated: boolean;
}

/** Block encryption that we open. Never triple DES. */
export const DATA_CIPHERS: ReadonlyMap<string, DataCipher> = new Map<string, DataCipher>([
  [`${XMLENC11}aes128-gcm`, { cipher: 'aes-128-gcm', keyBytes: 16, isAuthenticated: true }],
  [`${XMLENC11}aes256-gcm`, { cipher: 'aes-256-gcm', keyBytes: 32, isAuthenticated: true }],
  [`${XMLENC}aes128-cbc`, { cipher: 'aes-128-cbc', keyBytes: 16, isAuthenticated: false }],
  [`${XMLENC}aes192-cbc`, { cipher: 'aes-192-cbc', keyBytes: 24, isAuthenticated: false }],
  [`${XMLENC}aes256-cbc`, { cipher: 'aes-256-cbc', keyBytes: 32, isAuthenticated: false }],
]);

/** The hashes of one use of RSA-OAEP (RFC 8017 7.1): of the label, and of the mask generation function. */
export interface Oaep {
  /** Which of the two identifiers named it. */
  readonly name: 'mgf1p' | 'parametrized';
  readonly hash: OaepHash;
  readonly mgf1: OaepHash;
}

export type OaepHash = 'sha1' | 'sha256';

/** Key transport (XMLEnc 1.1 5.5.2): by the first, MGF1 is with SHA-1; the second may name another. Never RSA 1.5. */
export const KEY_TRANSPORTS: ReadonlyMap<string, Oaep['name']> = new Map([
  [`${XMLENC}rsa-oaep-mgf1p`, 'mgf1p'],
  [`${XMLENC11}rsa-oaep`, 'parametrized'],
] as const);

/** DigestMethods of RSA-OAEP: SHA-1 is sound here, where nobody profits from a collision (SDP-ALG01). */
export const OAEP_DIGESTS: ReadonlyMap<string, OaepHash> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  [`${XMLENC}sha256`, 'sha256'],
] as const);

export const OAEP_MASKS: ReadonlyMap<string, OaepHash> = new Map([
  [`${XMLENC11}mgf1sha1`, 'sha1'],
  [`${XMLENC11}mgf1sha256`, 'sha256'],
] as const);

/** Of the ciphers, what node-saml (xml-encryption 3.1) opens, and only with keys that RSA-OAEP with SHA-1 transports. */
export const NODE_SAML_CIPHERS: ReadonlySet<string> = new Set([
  'aes-128-gcm',
  'aes-256-gcm',
  'aes-128-cbc',
  'aes-256-cbc',
]);
