/** The sealed secret that holds the private key (PEM) with which we sign AuthnRequests to an IdP. */
export function signingKeyName(identityProvider: string): string {
  return `saml_signing_key/${identityProvider}`;
}

/** The sealed key pairs with which we authenticate as a client of an OpenID provider by `private_key_jwt`. */
export function clientKeysName(identityProvider: string): string {
  return `oidc_client_keys/${identityProvider}`;
}

/** The sealed secret with which we authenticate as a client of an OpenID provider. */
export function clientSecretName(identityProvider: string): string {
  return `oidc_client_secret/${identityProvider}`;
}
