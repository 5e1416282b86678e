import { OidcProviders } from '@rolecall/oidc';
import type { OidcTransport } from '@rolecall/oidc';
import type { GuardedFetch } from '@rolecall/platform';

/** Keys of issuers, through the guard. @param allowHttp for development: a key set may be on plain http where the guard lets it */
export function workloadIssuers(guarded: GuardedFetch, allowHttp: boolean): OidcProviders {
  const transport: OidcTransport = {
    get: async (url) => ({ status: 200, body: (await guarded.get(url, 'application/json')).body }),
    postForm: () => Promise.reject(new Error('an exchange posts nothing')),
  };
  return new OidcProviders({ transport, allowHttp });
}
