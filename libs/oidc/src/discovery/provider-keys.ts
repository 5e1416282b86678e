import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { refuse } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';

const MAX_KEYS = 100;
const MIN_RSA_BITS = 2_048;

/** One public key of a provider that may verify ID tokens. */
export interface ProviderKey {
  readonly kid: string | undefined;
  /** Algorithms that this key may verify, by its type and its own `alg`. */
  readonly algorithms: readonly string[];
  /** Entra ID says per key whose tokens it signs; perhaps a template with `{tenantid}`. */
  readonly issuer: string | undefined;
  readonly key: KeyObject;
}

/** Algorithms of ID tokens by the kind of key (RFC 8725 §3.1): asymmetric ones only, never `none`, never a shared secret. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

export const ALLOWED_ALGORITHMS: readonly string[] = Object.values(ALGORITHMS).flat();

/**
 * The keys of an UNTRUSTED key set that may verify ID tokens. Others are left out (O14): shared secrets, private keys,
 * RSA below 2048 bit, keys for encryption, curves that are not allowed.
 * @throws OidcError `jwks_invalid` when it is no key set, or one of more than 100 keys
 */
export function providerKeysOf(document: JsonObject): readonly ProviderKey[] {
  const { keys } = document;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) {
    return refuse('jwks_invalid', { got: Array.isArray(keys) ? `${keys.length} keys` : 'no list of keys' });
  }
  return keys.flatMap((jwk: unknown) => (isObject(jwk) ? providerKeyOf(jwk) : []));
}

function providerKeyOf(jwk: JsonObject): readonly ProviderKey[] {
  const { kty, crv, kid, alg, use, issuer, key_ops: operations } = jwk;
  const usable =
    !Object.hasOwn(jwk, 'd') &&
    (issuer === undefined || typeof issuer === 'string') &&
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')));
  const kind = kty === 'RSA' ? 'RSA' : crv;
  const byKind = typeof kind === 'string' && Object.hasOwn(ALGORITHMS, kind) ? (ALGORITHMS[kind] ?? []) : [];
  const algorithms = alg === undefined ? byKind : byKind.filter((name) => name === alg);
  const key = usable && algorithms.length > 0 ? importKey(jwk) : undefined;
  if (!key) return [];
  const names = {
    kid: typeof kid === 'string' ? kid : undefined,
    issuer: typeof issuer === 'string' ? issuer : undefined,
  };
  return [{ ...names, algorithms, key }];
}

function importKey(jwk: JsonObject): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? undefined : key;
  } catch {
    return undefined; // not a key at all
  }
}
