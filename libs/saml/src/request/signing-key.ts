import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';

import type { SigningKey } from '../connection.ts';

const YEARS = 10;

/**
 * Makes a key pair with its self-signed certificate for signing AuthnRequests: RSA-2048, SHA-256, valid for 10 years
 * (SAML pins the key; the dates inform). Takes some 100 ms.
 *
 * @param commonName subject and issuer of the certificate, shown to the customer's administrator
 */
export async function createSigningKey({
  commonName,
  now,
}: {
  readonly commonName: string;
  readonly now: Date;
}): Promise<SigningKey> {
  // loaded when needed: no other path of this library pays for it
  const { Name, X509CertificateGenerator } = await import('@peculiar/x509');
  const signingAlgorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  // as an object: text would be read as RFC 2253, with quotes and hashes of its own
  const name = new Name([{ CN: [{ utf8String: commonName }] }]);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name,
      notBefore: now,
      notAfter,
      signingAlgorithm,
      keys,
    },
    webcrypto,
  );
  return {
    privateKey: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: certificate.toString('pem'),
  };
}

/** Positive and without leading zero (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
