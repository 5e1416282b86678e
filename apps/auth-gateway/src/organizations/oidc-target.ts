import type { OidcConnection } from '@rolecall/oidc';
import type { EffectiveOidcIdentityProvider } from '@rolecall/org-config';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from './organization.ts';

/** One OpenID provider of one organization, as a request named it. */
export interface OidcTarget {
  readonly organization: Organization;
  readonly identityProvider: EffectiveOidcIdentityProvider;
  /** @throws LoginRefused `client_secret_missing` */
  connection(): OidcConnection;
}

/** `gatewayUrl` is the public base URL: the redirect URI is one exact address for all organizations (O11). */
export function oidcTarget(
  organization: Organization,
  identityProvider: EffectiveOidcIdentityProvider,
  gatewayUrl: string,
): OidcTarget {
  return {
    organization,
    identityProvider,
    connection: () => {
      const { name, provider, clientId, clientAuthentication: method, maxAgeSeconds: maxAge } = identityProvider;
      const { scopes, userinfo, forceAuthn, acrValues, hostedDomain } = identityProvider;
      const secret = organization.snapshot.identityProviders.get(name)?.clientSecret;
      if (secret === undefined) throw clientSecretMissing();
      return {
        id: `${organization.id}/${name}`,
        provider,
        clientId,
        credentials: { secret, method },
        redirectUri: `${gatewayUrl}/oidc/callback`,
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

function clientSecretMissing(): LoginRefused {
  return new LoginRefused(
    'client_secret_missing',
    'identity_provider_usable',
    'Apply the organization again, with the client secret at hand.',
  );
}
