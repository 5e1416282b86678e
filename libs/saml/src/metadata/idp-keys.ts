import { X509Certificate, type KeyObject } from 'node:crypto';

import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';

/** SDP-MD06. */
export const MIN_RSA_BITS = 2048;

/** P-256 and P-384, as OpenSSL names them (RFC 9231 2.3.6, FIPS 186-5). */
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1']);

/** What is wrong with an IdP's public key: `unsupported` (neither RSA nor P-256 nor P-384), `weak`, or nothing. */
export function problemOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'unsupported' | 'weak' | undefined {
  if (asymmetricKeyType === 'ec') return CURVES.has(asymmetricKeyDetails?.namedCurve ?? '') ? undefined : 'unsupported';
  if (asymmetricKeyType !== 'rsa') return 'unsupported';
  return (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS ? 'weak' : undefined;
}

/** A key for an operator: its type and size. */
export function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
  return [asymmetricKeyType, modulusLength === undefined ? namedCurve : `${modulusLength} bit`]
    .filter(Boolean)
    .join(' ');
}

/** A public key and its type, which node:crypto works out anew whenever it is asked. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly type: 'rsa' | 'ec';
}

const cache = new WeakMap<IdpMetadata, readonly VerificationKey[]>();

/**
 * The public key of every signing certificate, ready to verify with. Read once per `IdpMetadata`, which never changes, and
 * kept for as long as the caller keeps that: making a key costs more than using it.
 *
 * @throws SamlError `idp_key_unusable` if one is not to be verified with
 */
export function verificationKeysOf(idp: IdpMetadata): readonly VerificationKey[] {
  const known = cache.get(idp);
  if (known !== undefined) return known;
  const keys = idp.signingCertificates.map(verificationKey);
  cache.set(idp, keys);
  return keys;
}

/**
 * The public key of a certificate, ready to verify with.
 *
 * @throws SamlError `idp_key_unusable`
 */
export function verificationKey(pem: string): VerificationKey {
  const key = new X509Certificate(pem).publicKey;
  if (problemOf(key) !== undefined)
    refuse('idp_key_unusable', { got: describeKey(key), want: `rsa ${MIN_RSA_BITS} bit, ec P-256 or P-384` });
  return { key, type: key.asymmetricKeyType === 'ec' ? 'ec' : 'rsa' };
}
