import { refuse } from '../errors.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';

/** How a client proves at the token endpoint who it is (OpenID Connect Core §9), in the order of our preference. */
const CLIENT_AUTHENTICATIONS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** What the client proves itself with: a secret that it shares with the provider, or keys of its own. */
export type ClientCredentials = SharedSecret | ClientKeys;

export interface SharedSecret {
  /** SECRET. */
  readonly secret: string;
  /** Default: what the provider offers, Basic before the body. */
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

/** `private_key_jwt`: keys of this one connection, so that an assertion is of use nowhere else. */
export interface ClientKeys {
  readonly keys: readonly ClientKey[];
  /** What `aud` of the assertion is; draft-ietf-oauth-rfc7523bis asks for the issuer, some providers for their endpoint. */
  readonly audience: 'issuer' | 'token_endpoint';
  /** Signs where the provider lists no algorithms. */
  readonly algorithm: AssertionAlgorithm;
}

/** Algorithms that client assertions are signed with. Interoperability first: providers list what they take. */
export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256'] as const;
export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number];

/** An RSA or P-256 key. */
export interface ClientKey {
  /** PKCS#8, PEM. SECRET. */
  readonly privateKey: string;
  /** PEM; Entra ID knows a key by its certificate. */
  readonly certificate?: string;
}

export function hasSecret(credentials: ClientCredentials): credentials is SharedSecret {
  return 'secret' in credentials;
}

/**
 * The method for this provider. What a document asks for and the provider does not offer is refused before anybody is sent there.
 * @throws OidcError `discovery_client_authentication`
 */
export function clientAuthenticationFor(
  credentials: ClientCredentials,
  { clientAuthentications: offered }: Pick<ProviderMetadata, 'clientAuthentications'>,
): ClientAuthentication {
  const wanted: readonly ClientAuthentication[] = hasSecret(credentials)
    ? credentials.method === undefined
      ? ['client_secret_basic', 'client_secret_post']
      : [credentials.method]
    : ['private_key_jwt'];
  const method = wanted.find((each) => offered.includes(each));
  return (
    method ??
    refuse('discovery_client_authentication', { want: wanted.join(' or '), got: offered.join(', ') || 'none' })
  );
}
