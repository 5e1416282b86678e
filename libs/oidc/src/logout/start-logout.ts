import type { OidcConnection } from '../connection.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';

/**
 * Where a browser signs out at the provider (OpenID Connect RP-Initiated Logout 1.0 §2); undefined when it is off or the
 * provider has no such endpoint. No ID token is kept for `id_token_hint`: `client_id` says who asks, and `sid` which session
 * is meant. Without the hint a provider may ask its user first.
 * @param sid of the ID token, if it had one
 * @param state the caller's: 256 random bits that it can find the rest by, once
 */
export function startLogout(
  { clientId, postLogoutRedirectUri }: OidcConnection,
  { endSessionEndpoint }: ProviderMetadata,
  sid: string | undefined,
  state: string,
): string | undefined {
  if (postLogoutRedirectUri === undefined || endSessionEndpoint === undefined) return undefined;
  const url = new URL(endSessionEndpoint);
  const parameters = {
    client_id: clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
    ...(sid === undefined ? {} : { logout_hint: sid }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
