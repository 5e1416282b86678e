import { compactVerify, decodeProtectedHeader } from 'jose';
import type { OidcConnection } from '../connection.ts';
import { ALLOWED_ALGORITHMS, type ProviderKey } from '../discovery/provider-keys.ts';
import type { KeyHint } from '../discovery/providers.ts';
import { refuse, shown } from '../errors.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';
import { claimChecks, type TokenToCheck } from './claim-checks.ts';
import { factsOfClaims } from './claims.ts';

const MAX_LENGTH = 100_000;

/** What came from the token endpoint, and what it must answer. */
export interface IdTokenToVerify {
  readonly unverifiedIdToken: string;
  /** Came with the ID token; only its hash is looked at. */
  readonly accessToken: string;
  readonly connection: OidcConnection;
  /** The nonce of the authorization request. */
  readonly nonce: string;
  /** When the browser was sent to the provider. */
  readonly startedAt: Date;
  /** Finds the provider's key; the header's own words on keys (jku, x5u, jwk, x5c) never reach it. */
  keyFor(hint: KeyHint): Promise<ProviderKey>;
  /** Decides every time check. */
  readonly now: Date;
}

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7, RFC 8725) and returns its claims: from bytes that a key of the issuer
 * signed, after every check.
 * @throws OidcError naming the check that refused
 */
export async function verifyIdToken(token: IdTokenToVerify): Promise<JsonObject> {
  const { unverifiedIdToken, connection, accessToken, nonce, startedAt, now } = token;
  const hint = checkHeader(unverifiedIdToken);
  const key = await token.keyFor(hint);
  const payload = await verifiedPayload(unverifiedIdToken, hint, key);
  const claims = parseJsonObject(payload) ?? refuse('id_token_malformed', { want: 'a JSON object as payload' });
  const exchange: TokenToCheck = { claims, connection, accessToken, nonce, startedAt, key, algorithm: hint.alg, now };
  for (const check of claimChecks) check(exchange);
  return claims;
}

/** The UNVERIFIED header: only refuses, and says which key to look for. */
function checkHeader(idToken: string): KeyHint {
  const parts = idToken.split('.', 6).length;
  if (parts === 5) refuse('id_token_encrypted');
  if (parts !== 3 || idToken.length > MAX_LENGTH) refuse('id_token_malformed');
  const { alg, kid, typ, crit } = headerOf(idToken);
  if (typeof alg !== 'string' || !ALLOWED_ALGORITHMS.includes(alg)) {
    return refuse('id_token_algorithm_refused', { got: shown(alg), want: ALLOWED_ALGORITHMS.join(', ') });
  }
  if (typ !== undefined && !(typeof typ === 'string' && /^(?:application\/)?jwt$/i.test(typ))) {
    refuse('id_token_type_refused', { got: shown(typ), want: 'JWT' });
  }
  if (crit !== undefined) refuse('id_token_header_critical', { got: shown(crit) });
  if (kid !== undefined && typeof kid !== 'string') return refuse('id_token_malformed', { got: `kid ${shown(kid)}` });
  return { alg, kid };
}

function headerOf(idToken: string): JsonObject {
  try {
    return decodeProtectedHeader(idToken);
  } catch {
    return refuse('id_token_malformed', { want: 'a header in JSON' });
  }
}

async function verifiedPayload(idToken: string, { alg }: KeyHint, { key }: ProviderKey): Promise<Uint8Array> {
  try {
    return (await compactVerify(idToken, key, { algorithms: [alg] })).payload;
  } catch {
    return refuse('id_token_signature_invalid');
  }
}

/** VERIFIED claims as the login takes them; the checks made sure of what must be there. */
export function readClaims(connection: OidcConnection, claims: JsonObject): VerifiedIdToken {
  const { iss, sub, auth_time: authTime, sid } = claims;
  const emailVerified = isProved(claims, connection.emailProof);
  return {
    connectionId: connection.id,
    issuer: typeof iss === 'string' ? iss : '',
    sub: typeof sub === 'string' ? sub : '',
    claims: factsOfClaims(claims),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(typeof authTime === 'number' ? { authTime: new Date(authTime * 1_000) } : {}),
    ...(typeof sid === 'string' ? { sid } : {}),
  };
}

/**
 * Whether the provider says that the address is proved. Of `email_verified` only the JSON value `true` says so (O7). Entra ID
 * says it by `xms_edov` alone, written as true, 1 or "1": whoever runs a tenant writes any address into an account (O5).
 */
function isProved(claims: JsonObject, proof: OidcConnection['emailProof'] = 'email_verified'): boolean | undefined {
  const said = claims[proof];
  if (said === undefined) return undefined;
  return said === true || (proof === 'xms_edov' && (said === 1 || said === '1'));
}
