import 'reflect-metadata'; // wanted by the next one's dependencies
import { X509CertificateGenerator, PemConverter } from '@peculiar/x509';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the demo identity provider must keep, so that a restart does not break applied metadata. */
export interface DemoKeys {
  /** PKCS #8, PEM. Signs assertions and ID tokens. */
  readonly privateKey: string;
  readonly privateJwk: JsonWebKey;
  /** Self-signed, PEM, ten years. */
  readonly certificate: string;
  readonly cookieSecret: string;
  /** Secret of the registered OpenID client `rolecall`. */
  readonly clientSecret: string;
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** The keys under `directory`, made at the first start (mode 0600). */
export async function demoKeys(directory: string): Promise<DemoKeys> {
  const file = join(directory, 'keys.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoKeys;
  const keys = await makeKeys(new Date());
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(keys, undefined, 2), { mode: 0o600 });
  return keys;
}

async function makeKeys(now: Date): Promise<DemoKeys> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(8).toString('hex'),
    name: 'CN=Demo identity provider',
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + 3650 * 86_400_000),
    keys: pair,
    signingAlgorithm: ALGORITHM,
  });
  return {
    privateKey: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY'),
    privateJwk: await crypto.subtle.exportKey('jwk', pair.privateKey),
    certificate: certificate.toString('pem'),
    cookieSecret: randomBytes(32).toString('base64url'),
    clientSecret: randomBytes(32).toString('base64url'),
  };
}
