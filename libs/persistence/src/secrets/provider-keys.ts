import { generateKeyPair, hash, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { query } from '../sql.ts';
import type { ProviderAlgorithm, ProviderKey, ProviderKeys } from '../stores.ts';
import type { MasterKeys } from './master-keys.ts';
import { type KeyKind, RotatingKeys, type StoredKey } from './rotating-keys.ts';
import { ADD_PROVIDER_KEY, LIST_PROVIDER_KEYS } from './statements.ts';

type PublicKey = JsonWebKey & { readonly kid: string };

const generate = promisify(generateKeyPair);
const PAIRS = {
  RS256: () => generate('rsa', { modulusLength: 2_048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
};
const ALGORITHMS: readonly ProviderAlgorithm[] = ['RS256', 'ES256'];

export function providerKeys(pool: Pool, masterKeys: MasterKeys | undefined): ProviderKeys {
  const rings = ALGORITHMS.map((algorithm) => ({
    algorithm,
    ring: new RotatingKeys(pool, masterKeys, kindOf(algorithm)),
  }));
  return {
    async current(now) {
      const published = await Promise.all(rings.map(({ algorithm, ring }) => publishedOf(algorithm, ring, now)));
      return published.flat();
    },
  };
}

/** The one that signs, the one after it, and the one before it: of that, ID tokens still come back as hints. */
async function publishedOf(
  algorithm: ProviderAlgorithm,
  ring: RotatingKeys<PublicKey>,
  now: Date,
): Promise<readonly ProviderKey[]> {
  const signs = await ring.current(now);
  const others = (await ring.all(now)).filter(({ generation }) => Math.abs(generation - signs.generation) === 1);
  return Promise.all(
    [signs, ...others].map(async ({ generation, public_key: { kid } }) => ({
      algorithm,
      kid,
      privateKey: await ring.privateKey(generation),
    })),
  );
}

function kindOf(algorithm: ProviderAlgorithm): KeyKind<PublicKey> {
  return {
    name: `provider/${algorithm}`,
    async generate() {
      const { publicKey, privateKey } = await PAIRS[algorithm]();
      const jwk = publicKey.export({ format: 'jwk' });
      return { privateKey, publicKey: { ...jwk, kid: thumbprint(jwk) } };
    },
    list: (on) => query<StoredKey<PublicKey>>(on, LIST_PROVIDER_KEYS, [algorithm]),
    async add(on, generation, publicKey, from, now) {
      const values = [algorithm, generation, JSON.stringify(publicKey), from, now];
      return (await query(on, ADD_PROVIDER_KEY, values)).length > 0;
    },
  };
}

/** RFC 7638: the required members in the order of their names. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
  return hash('sha256', JSON.stringify(members), 'base64url');
}
