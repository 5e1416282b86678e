import { createHash, randomBytes } from 'node:crypto';
import type { OidcConnection } from '../connection.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';

/** Where the browser goes, and what must be kept, secret, until it comes back with the same state. */
export interface StartedAuthorization {
  readonly url: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/**
 * The authorization request (OpenID Connect Core §3.1.2.1) with PKCE S256 (RFC 7636) and a nonce of 256 random bits.
 * @param state the caller's: 256 random bits that it can find the rest by, once
 * @param loginHint the address that the person typed, if any: fills a field at the provider and proves nothing
 */
export function startAuthorization(
  connection: OidcConnection,
  metadata: ProviderMetadata,
  state: string,
  loginHint?: string,
): StartedAuthorization {
  const [nonce, codeVerifier] = [random(), random()];
  const url = new URL(metadata.authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: connection.clientId,
    redirect_uri: connection.redirectUri,
    scope: 'openid email profile',
    state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    // a hint for the account chooser only; what counts is the claim in the ID token
    ...(connection.hostedDomain === undefined ? {} : { hd: connection.hostedDomain }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, nonce, codeVerifier };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
