import type { OidcConnection } from '../connection.ts';
import type { ProviderKey } from '../discovery/provider-keys.ts';
import type { KeyHint } from '../discovery/providers.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import type { JsonObject } from '../json.ts';
import { signedClaims } from '../jwt/signed-jwt.ts';
import { claimChecks, type TokenToCheck } from './claim-checks.ts';
import { factsOfClaims } from './claims.ts';

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
  const signed = await signedClaims('id_token', unverifiedIdToken, (hint) => token.keyFor(hint));
  const exchange: TokenToCheck = { ...signed, connection, accessToken, nonce, startedAt, now };
  for (const check of claimChecks) check(exchange);
  return signed.claims;
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
