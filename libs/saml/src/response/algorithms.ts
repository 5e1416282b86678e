import { constants, type KeyObject, verify, type VerifyKeyObjectInput } from 'node:crypto';

import { NS } from '../xml/namespaces.ts';

const XMLDSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XMLDSIG_MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';

/** How a signature algorithm uses node:crypto, and of what type a key for it is. */
export interface SignatureAlgorithm {
  readonly keyType: 'rsa' | 'ec';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly input: Omit<VerifyKeyObjectInput, 'key'>;
}

const PKCS1 = { padding: constants.RSA_PKCS1_PADDING };
/** MGF1 with the same hash, and a salt as long as it (RFC 9231 2.3.10). */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
/** r and s side by side, not DER (XMLDSig 1.1 6.4.3). */
const ECDSA = { dsaEncoding: 'ieee-p1363' } as const;

/** SignatureMethods that a signature may name (rule G3; RFC 9231 2.3). Never SHA-1, MD5 or HMAC. */
export const SIGNATURE_ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  [`${XMLDSIG_MORE}rsa-sha256`, { keyType: 'rsa', hash: 'sha256', input: PKCS1 }],
  [`${XMLDSIG_MORE}rsa-sha384`, { keyType: 'rsa', hash: 'sha384', input: PKCS1 }],
  [`${XMLDSIG_MORE}rsa-sha512`, { keyType: 'rsa', hash: 'sha512', input: PKCS1 }],
  [`${XMLDSIG_MORE_2007}sha256-rsa-MGF1`, { keyType: 'rsa', hash: 'sha256', input: PSS }],
  [`${XMLDSIG_MORE_2007}sha384-rsa-MGF1`, { keyType: 'rsa', hash: 'sha384', input: PSS }],
  [`${XMLDSIG_MORE_2007}sha512-rsa-MGF1`, { keyType: 'rsa', hash: 'sha512', input: PSS }],
  [`${XMLDSIG_MORE}ecdsa-sha256`, { keyType: 'ec', hash: 'sha256', input: ECDSA }],
  [`${XMLDSIG_MORE}ecdsa-sha384`, { keyType: 'ec', hash: 'sha384', input: ECDSA }],
]);

/**
 * Whether a key, of the algorithm's type, made a signature. PKCS #1 v1.5 is what an RSA key means by itself, and it then goes
 * without options: to take them apart costs node:crypto as much as the half of a verification.
 */
export function isSignedBy(
  key: KeyObject,
  { hash, input }: SignatureAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(hash, data, input === PKCS1 ? key : { key, ...input }, signature);
}

/** DigestMethods that a Reference may name (rule G3; XMLDSig 1.1 6.2, RFC 9231 2.1). */
export const DIGEST_ALGORITHMS: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512'> = new Map([
  [`${XMLENC}sha256`, 'sha256'],
  [`${XMLDSIG_MORE}sha384`, 'sha384'],
  [`${XMLENC}sha512`, 'sha512'],
] as const);

/** The one pair of transforms, in this order (Core 5.4.4). Never XSLT, XPath or another canonicalization. */
export const TRANSFORMS = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', NS.exclusiveC14n] as const;

/** Of these, what node-saml (xml-crypto 6.3) verifies: the other ones are additions of the strict verifier. */
export const NODE_SAML_ALGORITHMS: ReadonlySet<string> = new Set([
  `${XMLDSIG_MORE}rsa-sha256`,
  `${XMLDSIG_MORE}rsa-sha512`,
  `${XMLDSIG_MORE_2007}sha256-rsa-MGF1`,
  `${XMLENC}sha256`,
  `${XMLENC}sha512`,
]);
