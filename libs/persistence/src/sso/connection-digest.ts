import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '@rolecall/org-config';

/** What of a connection decides whether a sign-in through it works. */
export type ConnectionSettings =
  | {
      readonly type: 'saml';
      readonly entityId: string;
      readonly ssoUrl: string;
      /** PEM, in any order. */
      readonly signingCertificates: readonly string[];
    }
  | {
      readonly type: 'oidc';
      readonly issuer: string;
      /** Of Entra ID, in any order. */
      readonly tenants?: readonly string[] | undefined;
      readonly clientId: string;
    };

/** SHA-256 in hex over a connection's settings: evidence of a sign-in counts for these alone. Holds no secret. */
export function connectionDigest(settings: ConnectionSettings): string {
  return createHash('sha256')
    .update(canonicalJson(canonical(settings)))
    .digest('hex');
}

function canonical(settings: ConnectionSettings): Json {
  if (settings.type === 'oidc') {
    const { issuer, tenants = [], clientId } = settings;
    return { type: 'oidc', issuer, tenants: [...tenants].sort(), clientId };
  }
  const { entityId, ssoUrl, signingCertificates } = settings;
  return { type: 'saml', entityId, ssoUrl, signingCertificates: [...signingCertificates].sort() };
}
