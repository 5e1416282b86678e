import { X509Certificate } from 'node:crypto';
import type { Json } from '../document.ts';
import { REFRESH_LIMITS } from '../duration.ts';
import { own } from '../json.ts';
import { checkDuration } from './bounds.ts';
import type { Findings } from './finding.ts';
import { metadataOf } from './metadata.ts';

/** What says how a URL is fetched stands beside a URL, within bounds, and a certificate is one. */
export function checkMetadataSources(document: Json, findings: Findings): void {
  for (const { metadata, pointer } of metadataOf(document)) {
    for (const key of ['refresh', 'signedBy']) {
      if (own(metadata, key) === undefined || own(metadata, 'url') !== undefined) continue;
      const message = `\`${key}\` says how a URL is fetched, and there is no \`url\``;
      const suggestion = 'remove it, or write `url` in place of `file` or `xml`';
      findings.add({ code: 'invalid_combination', message, suggestion, pointer: `${pointer}/${key}` });
    }
    checkDuration(own(metadata, 'refresh'), REFRESH_LIMITS, `${pointer}/refresh`, findings);
    checkCertificate(own(metadata, 'signedBy'), `${pointer}/signedBy`, findings);
  }
}

/** The pattern says that it is PEM; only the parser knows whether a certificate is inside. */
function checkCertificate(declared: Json | undefined, pointer: string, findings: Findings): void {
  if (typeof declared !== 'string' || !declared.startsWith('-----BEGIN CERTIFICATE-----')) return;
  try {
    void new X509Certificate(declared).publicKey;
  } catch {
    const message = '`signedBy` is not a certificate';
    const suggestion = 'copy it anew, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';
    findings.add({ code: 'invalid_value', message, suggestion, pointer, at: 'value' });
  }
}
