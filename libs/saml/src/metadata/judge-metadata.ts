import { isDeepStrictEqual } from 'node:util';

import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { certificatesOf, keyDigestsOf } from './certificates.ts';

/** What newly published metadata would change. Fingerprints are those of `CertificateSummary`. */
export interface MetadataChange {
  readonly addedCertificates: readonly string[];
  readonly removedCertificates: readonly string[];
  readonly ssoUrlMoved: boolean;
}

/** What to do with metadata that an IdP publishes now. */
export type MetadataVerdict =
  /** It says the same as before. */
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'accept'; readonly change: MetadataChange }
  /** An administrator must say that this is right; until then what is known stays in use. */
  | {
      readonly outcome: 'hold';
      readonly code: 'metadata_all_keys_replaced' | 'metadata_sso_url_moved';
      readonly change: MetadataChange;
    };

/**
 * Judges what an IdP publishes now against what is in use (IIP-MD07; decision 0015): who holds the metadata's host must not
 * become the IdP at once and unseen. A key that comes beside a known one is taken, and so is the end of a key while another
 * known one stays. All keys at once, or a sign-on page at another origin, wait for an administrator unless the document was
 * signed by the key that the configuration pins.
 *
 * @param current in use now
 * @param next parsed, usable by itself, UNTRUSTED in what it claims
 * @param signed whether `next` was verified against the configuration's `signedBy`
 * @throws SamlError `metadata_entity_id_changed`: another IdP, whoever signed it
 */
export function judgeMetadata(
  current: IdpMetadata,
  next: IdpMetadata,
  { signed }: { readonly signed: boolean },
): MetadataVerdict {
  if (next.entityId !== current.entityId)
    refuse('metadata_entity_id_changed', { got: next.entityId, want: current.entityId });
  if (isDeepStrictEqual(current, next)) return { outcome: 'unchanged' };
  const change = changeOf(current, next);
  if (signed) return { outcome: 'accept', change };
  const known = keyDigestsOf(current);
  if (![...keyDigestsOf(next)].some((key) => known.has(key)))
    return { outcome: 'hold', code: 'metadata_all_keys_replaced', change };
  if (!hasKnownOrigins(current, next)) return { outcome: 'hold', code: 'metadata_sso_url_moved', change };
  return { outcome: 'accept', change };
}

/** What differs between two documents of one IdP, for whoever decides or reads about it. */
export function changeOf(current: IdpMetadata, next: IdpMetadata): MetadataChange {
  const before = fingerprintsOf(current);
  const after = fingerprintsOf(next);
  return {
    addedCertificates: after.filter((fingerprint) => !before.includes(fingerprint)),
    removedCertificates: before.filter((fingerprint) => !after.includes(fingerprint)),
    ssoUrlMoved: !isDeepStrictEqual(ssoUrlsOf(current), ssoUrlsOf(next)),
  };
}

function ssoUrlsOf({ ssoUrl, ssoPostUrl }: IdpMetadata): readonly string[] {
  return ssoPostUrl === undefined ? [ssoUrl] : [ssoUrl, ssoPostUrl];
}

/** Whether browsers are sent to no other host than before, by either binding. */
function hasKnownOrigins(current: IdpMetadata, next: IdpMetadata): boolean {
  const known = ssoUrlsOf(current).map((url) => new URL(url).origin);
  return ssoUrlsOf(next).every((url) => known.includes(new URL(url).origin));
}

function fingerprintsOf(idp: IdpMetadata): readonly string[] {
  return certificatesOf(idp).map(({ fingerprint }) => fingerprint);
}
