import type { KeyUse } from '@rolecall/saml';

/** The sealed secret that holds a private key (PEM) of ours for one SAML IdP, when it is made. */
export function privateKeyName(identityProvider: string, use: KeyUse, generation: number): string {
  return `saml_${use}_key/${identityProvider}/${generation}`;
}

/** The sealed key pairs with which we authenticate as a client of an OpenID provider by `private_key_jwt`. */
export function clientKeysName(identityProvider: string): string {
  return `oidc_client_keys/${identityProvider}`;
}

/** The sealed secret with which we authenticate as a client of an OpenID provider. */
export function clientSecretName(identityProvider: string): string {
  return `oidc_client_secret/${identityProvider}`;
}
