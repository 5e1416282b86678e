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
      const { name, issuer, clientId, hostedDomain } = identityProvider;
      const clientSecret = organization.snapshot.identityProviders.get(name)?.clientSecret;
      if (clientSecret === undefined) throw clientSecretMissing();
      const redirectUri = `${gatewayUrl}/oidc/callback`;
      return { id: `${organization.id}/${name}`, issuer, clientId, clientSecret, redirectUri, hostedDomain };
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
