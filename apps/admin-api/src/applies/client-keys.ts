import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClientKeyPair } from '@rolecall/persistence';
import { createSigningKey } from '@rolecall/saml';

const generate = promisify(generateKeyPair);

/**
 * Makes the keys of one client of one OpenID provider: RSA-2048 with a self-signed certificate, by which Entra ID knows a client,
 * and P-256, for providers that take ES256 alone. Takes some 100 ms.
 */
export async function createClientKeys(of: {
  readonly commonName: string;
  readonly now: Date;
}): Promise<readonly ClientKeyPair[]> {
  const { privateKey } = await generate('ec', { namedCurve: 'P-256' });
  return [await createSigningKey(of), { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }];
}
