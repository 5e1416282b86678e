import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { SignJWT } from 'jose';
import type { ProviderMetadata } from '../discovery/discover.ts';
import { refuse } from '../errors.ts';
import {
  ASSERTION_ALGORITHMS,
  type AssertionAlgorithm,
  type ClientKey,
  type ClientKeys,
} from './client-credentials.ts';

/** An assertion is made for one request that goes out at once. In seconds. */
const LIFETIME = 60;

/**
 * The assertion by which the client authenticates once (RFC 7523 §3, OpenID Connect Core §9): signed by the key that fits
 * the provider's algorithms, for this provider alone, 60 seconds long.
 * @throws OidcError `client_assertion_algorithm` when the provider takes none of RS256, PS256, ES256
 */
export async function clientAssertion(
  { keys, audience, algorithm: fallback }: ClientKeys,
  { clientId, now }: { readonly clientId: string; readonly now: Date },
  metadata: ProviderMetadata,
): Promise<string> {
  const algorithm = algorithmFor(metadata.assertionAlgorithms, fallback);
  const key = keys.find((each) => kindOf(each) === (algorithm === 'ES256' ? 'ec' : 'rsa'));
  if (!key) return refuse('client_assertion_algorithm', { want: metadata.assertionAlgorithms?.join(', ') });
  const iat = Math.floor(now.getTime() / 1_000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience === 'issuer' ? metadata.issuer : metadata.tokenEndpoint,
  };
  return new SignJWT({ ...claims, jti: randomBytes(16).toString('base64url'), iat, exp: iat + LIFETIME })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: keyIdOf(key), ...certificateHash(key) })
    .sign(createPrivateKey(key.privateKey));
}

/** The public half of the keys, as a provider reads it at our `jwks.json` (RFC 7517); nothing private is in it. */
export function publicKeySet(keys: readonly ClientKey[]): { readonly keys: readonly JsonWebKey[] } {
  return { keys: keys.map((key) => ({ ...publicJwk(key), kid: keyIdOf(key), use: 'sig', ...certificateChain(key) })) };
}

function algorithmFor(offered: readonly string[] | undefined, fallback: AssertionAlgorithm): AssertionAlgorithm {
  if (offered === undefined) return fallback;
  const algorithm = ASSERTION_ALGORITHMS.find((each) => offered.includes(each));
  return (
    algorithm ??
    refuse('client_assertion_algorithm', { got: offered.join(', '), want: ASSERTION_ALGORITHMS.join(', ') })
  );
}

function kindOf({ privateKey }: ClientKey): string | undefined {
  return createPrivateKey(privateKey).asymmetricKeyType;
}

function publicJwk({ privateKey }: ClientKey): JsonWebKey {
  return createPublicKey(privateKey).export({ format: 'jwk' });
}

/** RFC 7638: the SHA-256 of the members that make the key, in their order. */
function keyIdOf(key: ClientKey): string {
  const { kty, crv, e, n, x, y } = publicJwk(key);
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function certificateHash({ certificate }: ClientKey): object {
  if (certificate === undefined) return {};
  const hash = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
  return { 'x5t#S256': hash };
}

function certificateChain({ certificate }: ClientKey): object {
  return certificate === undefined ? {} : { x5c: [new X509Certificate(certificate).raw.toString('base64')] };
}
