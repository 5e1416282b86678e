import type { OidcTransport } from '@rolecall/oidc';
import type { GuardedFetch } from '@rolecall/platform';

/** The way to OpenID providers: every request through the one guarded client. */
export function guardedTransport(outbound: GuardedFetch): OidcTransport {
  return {
    get: (url, headers) => outbound.get(url, 'application/json', headers),
    postForm: (url, form, headers) => outbound.postForm(url, form, headers),
  };
}
