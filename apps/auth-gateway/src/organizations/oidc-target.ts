import type { ClientCredentials, ClientKey, ClientKeys, OidcConnection } from '@rolecall/oidc';
import type { EffectiveOidcIdentityProvider, Preset } from '@rolecall/org-config';
import type { StoredIdentityProvider } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from './organization.ts';

/** One OpenID provider of one organization, as a request named it. */
export interface OidcTarget {
  readonly organization: Organization;
  readonly identityProvider: EffectiveOidcIdentityProvider;
  /** @throws LoginRefused `client_secret_missing` */
  connection(): OidcConnection;
  /** Keys of ours that the provider knows us by; undefined where it knows a secret. */
  readonly clientKeys: readonly ClientKey[] | undefined;
}

/** `gatewayUrl` is the public base URL: the redirect URI is one exact address for all organizations (O11). */
export function oidcTarget(
  organization: Organization,
  identityProvider: EffectiveOidcIdentityProvider,
  gatewayUrl: string,
): OidcTarget {
  const stored = organization.snapshot.identityProviders.get(identityProvider.name);
  return {
    organization,
    identityProvider,
    clientKeys: stored?.clientKeys,
    connection: () => {
      const { name, provider, clientId, maxAgeSeconds: maxAge } = identityProvider;
      const { responseMode, scopes, userinfo, forceAuthn, acrValues, singleLogout, hostedDomain } = identityProvider;
      return {
        id: `${organization.id}/${name}`,
        provider,
        clientId,
        credentials: credentialsOf(identityProvider, stored),
        redirectUri: `${gatewayUrl}/oidc/callback`,
        responseMode,
        ...(singleLogout ? { postLogoutRedirectUri: `${gatewayUrl}/logged-out` } : {}),
        scopes,
        userinfo,
        forceAuthn,
        maxAge,
        acrValues,
        hostedDomain,
        emailProof: provider.preset === 'entra' ? 'xms_edov' : 'email_verified',
      };
    },
  };
}

/** @throws LoginRefused `client_secret_missing` when what the document asks for is not stored */
function credentialsOf(
  { clientAuthentication: method, provider: { preset } }: EffectiveOidcIdentityProvider,
  stored: StoredIdentityProvider | undefined,
): ClientCredentials {
  if (method === 'private_key_jwt') {
    if (stored?.clientKeys === undefined) throw clientSecretMissing();
    return { keys: stored.clientKeys, ...ASSERTIONS[preset] };
  }
  if (stored?.clientSecret === undefined) throw clientSecretMissing();
  return { secret: stored.clientSecret, ...(method && { method }) };
}

/** Okta and Entra ID take assertions for their token endpoint; Entra ID lists no algorithms and wants PS256. */
const ASSERTIONS: Readonly<Record<Preset, Pick<ClientKeys, 'audience' | 'algorithm'>>> = {
  google: { audience: 'issuer', algorithm: 'RS256' },
  generic: { audience: 'issuer', algorithm: 'RS256' },
  okta: { audience: 'token_endpoint', algorithm: 'RS256' },
  entra: { audience: 'token_endpoint', algorithm: 'PS256' },
};

function clientSecretMissing(): LoginRefused {
  return new LoginRefused(
    'client_secret_missing',
    'identity_provider_usable',
    'Apply the organization again, with the client secret at hand; keys of the client are then made.',
  );
}
