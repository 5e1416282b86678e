import type { OidcTarget } from './oidc-target.ts';
import type { SamlTarget } from './saml-target.ts';

/** One IdP of one organization, as a request named it. */
export type IdpTarget = SamlTarget | OidcTarget;

export function isOidc(target: IdpTarget): target is OidcTarget {
  return target.identityProvider.type === 'oidc';
}

export function isSaml(target: IdpTarget): target is SamlTarget {
  return target.identityProvider.type === 'saml';
}
