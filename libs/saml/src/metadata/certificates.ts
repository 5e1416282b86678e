import { createHash, X509Certificate } from 'node:crypto';

import type { IdpMetadata } from '../connection.ts';
import { describeKey } from './idp-keys.ts';

/** A signing certificate as two administrators compare it over the telephone. */
export interface CertificateSummary {
  /** SHA-256 of the DER encoding, lower-case hex: what `openssl x509 -fingerprint -sha256` shows. */
  readonly fingerprint: string;
  readonly expires: Date;
  /** Such as `rsa 2048 bit`. */
  readonly key: string;
}

/** The signing certificates of an IdP, in the order of its metadata. */
export function certificatesOf({ signingCertificates }: IdpMetadata): readonly CertificateSummary[] {
  return signingCertificates.map((pem) => {
    const certificate = new X509Certificate(pem);
    const { raw, validToDate: expires, publicKey } = certificate;
    return { fingerprint: sha256(raw), expires, key: describeKey(publicKey) };
  });
}

/** The public keys of an IdP, as digests: a certificate that was renewed for the same key is the same key. */
export function keyDigestsOf({ signingCertificates }: IdpMetadata): ReadonlySet<string> {
  return new Set(
    signingCertificates.map((pem) =>
      sha256(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })),
    ),
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
