/** The sealed secret that holds the private key (PEM) with which we sign AuthnRequests to an IdP. */
export function signingKeyName(identityProvider: string): string {
  return `saml_signing_key/${identityProvider}`;
}
