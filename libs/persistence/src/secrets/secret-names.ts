import type { SecretHolder } from '@rolecall/org-config';
import type { KeyUse } from '@rolecall/saml';

/** The sealed secret that holds a private key (PEM) of ours for one SAML IdP, when it is made. */
export function privateKeyName(identityProvider: string, use: KeyUse, generation: number): string {
  return `saml_${use}_key/${identityProvider}/${generation}`;
}

/** The sealed key pairs with which we authenticate as a client of an OpenID provider by `private_key_jwt`. */
export function clientKeysName(identityProvider: string): string {
  return `oidc_client_keys/${identityProvider}`;
}

/** What the sealed client secrets of applications are called, before the application's name. */
export const APPLICATION_SECRETS = 'application_secret/';

/** The sealed client secret of an application of ours, or the one with which we are a client of an OpenID provider. */
export function secretNameOf({ map, name }: SecretHolder): string {
  return map === 'applications' ? `${APPLICATION_SECRETS}${name}` : clientSecretName(name);
}

/** The sealed secret with which we authenticate as a client of an OpenID provider. */
export function clientSecretName(identityProvider: string): string {
  return `oidc_client_secret/${identityProvider}`;
}
