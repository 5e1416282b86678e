import type { EffectiveIdentityProvider, EffectiveSamlIdentityProvider } from '@rolecall/org-config';
import type { IdentityProviderState } from '@rolecall/persistence';
import { metadataSentence } from '@rolecall/platform';
import type { MetadataSource } from '@rolecall/platform';
import { certificatesOf } from '@rolecall/saml';

/** One IdP as `GET …/identity-providers` shows it. A key that holds nothing is null, so that every one has all of them. */
export function describeIdentityProvider(
  settings: EffectiveIdentityProvider,
  state: IdentityProviderState | undefined,
  source: MetadataSource,
): object {
  const { name, type, displayName, enabled } = settings;
  const common = { name, type, displayName, enabled };
  if (settings.type === 'oidc') return { ...common, issuer: settings.provider.issuer, metadata: null };
  return { ...common, issuer: null, metadata: metadataOf(settings, state, source) };
}

function metadataOf(
  { metadata: declared, refreshSeconds }: EffectiveSamlIdentityProvider,
  state: IdentityProviderState | undefined,
  source: MetadataSource,
): object {
  const refresh = state?.refresh;
  const code = refresh?.errorCode;
  const held = state?.held;
  return {
    url: 'url' in declared ? declared.url : null,
    refreshSeconds: refreshSeconds ?? null,
    signed: 'url' in declared && declared.signedBy !== undefined,
    lastAttempt: refresh?.attemptedAt?.toISOString() ?? null,
    lastSuccess: refresh?.succeededAt?.toISOString() ?? null,
    nextRefresh: refresh?.dueAt?.toISOString() ?? null,
    failures: refresh?.failures ?? 0,
    error: code === undefined ? null : { code, message: metadataSentence(code) },
    inUse: contentsOf(state?.metadataXml, declared.entityId, source),
    held: held
      ? {
          digest: held.digest,
          since: held.since.toISOString(),
          code: held.code,
          message: metadataSentence(held.code),
          contents: contentsOf(held.xml, declared.entityId, source),
        }
      : null,
  };
}

/** What metadata says; null when it cannot be read, which a newer and stricter version may find of an older document. */
function contentsOf(xml: string | undefined, entityId: string | undefined, source: MetadataSource): object | null {
  const read = xml === undefined ? undefined : source.readStored(xml, entityId);
  if (read === undefined || 'problem' in read) return null;
  const { metadata } = read;
  return {
    entityId: metadata.entityId,
    ssoUrl: metadata.ssoUrl,
    validUntil: metadata.validUntil?.toISOString() ?? null,
    signingCertificates: certificatesOf(metadata).map(({ fingerprint, expires, key }) => {
      return { fingerprint, expires: expires.toISOString(), key };
    }),
  };
}
