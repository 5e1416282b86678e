import { createSigningKey, type SigningKey } from '@rolecall/saml';
import { createPrivateKey, type JsonWebKey, randomBytes } from 'node:crypto';

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecret } from '../system/kept.ts';

/** What the demo identity provider must keep, so that a restart does not break applied metadata. */
export interface DemoKeys {
  /** Signs assertions and ID tokens. */
  readonly signing: SigningKey;
  readonly cookieSecret: string;
}

/** The keys under `directory`, made at the first start; only their owner may read them. */
export async function demoKeys(directory: string, now: Date): Promise<DemoKeys> {
  const file = join(directory, 'keys.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoKeys;
  const signing = await createSigningKey({ commonName: 'Demo identity provider', now });
  const keys: DemoKeys = { signing, cookieSecret: randomBytes(32).toString('base64url') };
  writeSecret(file, JSON.stringify(keys, undefined, 2));
  return keys;
}

/** The signing key as OpenID's key set wants it. */
export function privateJwk(key: SigningKey): JsonWebKey {
  return createPrivateKey(key.privateKey).export({ format: 'jwk' });
}
