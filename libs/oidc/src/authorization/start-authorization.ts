import { createHash, randomBytes } from 'node:crypto';
import { clientAuthenticationFor } from '../client/client-credentials.ts';
import type { OidcConnection } from '../connection.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';
import { refuse } from '../errors.ts';
import { type PinnedProvider, pinnedProvider } from './pinned-provider.ts';

/** Where the browser goes, and what must be kept, secret, until it comes back with the same state. */
export interface StartedAuthorization {
  readonly url: string;
  readonly pinned: PinnedProvider;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/**
 * The authorization request (OpenID Connect Core §3.1.2.1) with PKCE S256 (RFC 7636) and a nonce of 256 random bits.
 * @param state the caller's: 256 random bits that it can find the rest by, once
 * @param loginHint the address that the person typed, if any: fills a field at the provider and proves nothing
 * @throws OidcError when the provider says that it cannot do what the connection needs: nobody is sent there in vain
 */
export function startAuthorization(
  connection: OidcConnection,
  metadata: ProviderMetadata,
  state: string,
  loginHint?: string,
): StartedAuthorization {
  checkOffers(connection, metadata);
  const [nonce, codeVerifier] = [random(), random()];
  const url = new URL(metadata.authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: connection.clientId,
    redirect_uri: connection.redirectUri,
    scope: ['openid', 'email', 'profile', ...(connection.scopes ?? [])].join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...optionsOf(connection),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, pinned: pinnedProvider(connection, metadata), nonce, codeVerifier };
}

/**
 * What a provider's configuration document must offer for this connection.
 * @throws OidcError `discovery_client_authentication`, `discovery_userinfo_missing`, `discovery_response_mode`
 */
export function checkOffers(
  connection: Pick<OidcConnection, 'credentials' | 'userinfo' | 'responseMode'>,
  metadata: ProviderMetadata,
): void {
  clientAuthenticationFor(connection.credentials, metadata);
  if (connection.userinfo && metadata.userinfoEndpoint === undefined) refuse('discovery_userinfo_missing');
  const modes = metadata.responseModes;
  if (connection.responseMode === 'form_post' && modes && !modes.includes('form_post')) {
    refuse('discovery_response_mode', { want: 'form_post', got: modes.join(', ') });
  }
}

/** Requests only: what counts is what the ID token says. */
function optionsOf({
  responseMode,
  hostedDomain,
  maxAge,
  forceAuthn,
  acrValues,
}: OidcConnection): Readonly<Record<string, string>> {
  const age = forceAuthn ? 0 : maxAge;
  return {
    ...(hostedDomain === undefined ? {} : { hd: hostedDomain }),
    // without it the provider answers by redirect (OAuth 2.0 Multiple Response Types, section 2.1)
    ...(responseMode === 'form_post' ? { response_mode: responseMode } : {}),
    ...(age === undefined ? {} : { max_age: String(age) }),
    ...(forceAuthn ? { prompt: 'login' } : {}),
    ...(acrValues === undefined ? {} : { acr_values: acrValues.join(' ') }),
  };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
