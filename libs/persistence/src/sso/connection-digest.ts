import { createHash } from 'node:crypto';
import { canonicalJson, type EffectiveIdentityProvider, type Json } from '@rolecall/org-config';

/** What of a SAML IdP's metadata decides whether a sign-in works. */
export interface ProvedMetadata {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** PEM, in any order. */
  readonly signingCertificates: readonly string[];
}

/**
 * SHA-256 in hex over everything that decides whether a sign-in through an identity provider works: evidence counts for that
 * alone. A setting of a later version is a part of it by itself; what is only shown, routed by or fetched with is not. Holds no
 * secret.
 * @param metadata present for a SAML IdP
 */
export function connectionDigest(identityProvider: EffectiveIdentityProvider, metadata?: ProvedMetadata): string {
  const { name: _, displayName: _shown, enabled: _on, emailDomains: _routed, ...rest } = identityProvider;
  const settings = rest.type === 'saml' ? { ...rest, metadata: undefined, refreshSeconds: undefined } : rest;
  const inUse = metadata && {
    entityId: metadata.entityId,
    ssoUrl: metadata.ssoUrl,
    signingCertificates: [...metadata.signingCertificates].sort(),
  };
  const json = JSON.parse(JSON.stringify({ settings, inUse })) as Json; // without what is undefined
  return createHash('sha256').update(canonicalJson(json)).digest('hex');
}
