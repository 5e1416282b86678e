import type { OidcIdentityProvider } from '@rolecall/org-config';
import { openIdProviderOf } from '@rolecall/org-config';
import { checkOffers, discover, OIDC_ERROR_CODES, OidcError } from '@rolecall/oidc';
import type { ClientCredentials, OidcTransport } from '@rolecall/oidc';
import { OutboundError } from '@rolecall/platform';
import type { GuardedFetch, MetadataProblem } from '@rolecall/platform';

/** Finds out, through the guard, whether an OpenID provider exists, and offers what its document wants of it. */
export class OpenIdProviders {
  constructor(
    private readonly guarded: GuardedFetch,
    /** Origins that may be http, for development and internal IdPs. */
    private readonly allowedOrigins: readonly string[],
  ) {}

  /**
   * Reads the configuration document of the provider. Nothing of it is kept: the gateway reads it itself.
   * @param declared of a valid document; its issuer is UNTRUSTED, from a customer's configuration
   * @returns what is wrong; undefined = it can be used
   */
  async check(declared: OidcIdentityProvider): Promise<MetadataProblem | undefined> {
    const provider = openIdProviderOf(declared);
    const transport: OidcTransport = {
      get: async (url) => ({ status: 200, body: (await this.guarded.get(url, 'application/json')).body }),
      postForm: () => Promise.reject(new Error('a discovery posts nothing')),
    };
    try {
      const allowHttp = this.allowedOrigins.includes(new URL(provider.issuer).origin);
      const { clientAuthentication: method, userinfo, responseMode, singleLogout } = declared;
      const credentials: ClientCredentials =
        method === 'private_key_jwt'
          ? { keys: [], audience: 'issuer', algorithm: 'RS256' }
          : { secret: '', ...(method && { method }) };
      const metadata = await discover(provider, { transport, allowHttp });
      checkOffers({ credentials, userinfo, responseMode }, metadata);
      return singleLogout && metadata.endSessionEndpoint === undefined ? noEndSession() : undefined;
    } catch (error) {
      return problemOf(error);
    }
  }
}

function noEndSession(): MetadataProblem {
  return { code: 'discovery_no_end_session', message: OIDC_ERROR_CODES.discovery_no_end_session.sentence };
}

/** Errors of the guard and of discovery are made to be shown; anything else is a fault of ours. */
function problemOf(error: unknown): MetadataProblem {
  if (error instanceof OutboundError) return { code: error.code, message: error.message };
  if (!(error instanceof OidcError)) throw error;
  const { got, want } = error.detail;
  const facts = [want === undefined ? '' : `wanted ${want}`, got === undefined ? '' : `got ${got}`].filter(Boolean);
  const because = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return { code: error.code, message: `${error.message}${because}` };
}
