import { X509Certificate } from 'node:crypto';

import { refuse } from '../errors.ts';
import { childrenOf, isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { describeKey, MIN_RSA_BITS, problemOf } from './idp-keys.ts';

/** A certificate that the IdP may sign with, PEM. */
export interface IdpSigningKey {
  readonly certificate: string;
  readonly expires: Date;
}

/**
 * The signing keys of an IDPSSODescriptor: every certificate of a KeyDescriptor for signing or without `use` (IIP-MD11),
 * each once. An expired one counts, since metadata pins the key (IIP-MD12); a weak or unsupported one refuses the whole
 * document, so that nobody waits for logins that cannot come.
 */
export function signingKeysOf(role: XmlElement): readonly IdpSigningKey[] {
  const keys = new Map<string, IdpSigningKey>();
  for (const descriptor of childrenOf(role, NS.metadata, 'KeyDescriptor')) {
    if (descriptor.attributes.get('use') === 'encryption') continue;
    for (const element of selfAndDescendants(descriptor)) {
      if (!isElement(element, NS.signature, 'X509Certificate')) continue;
      const key = signingKey(element.text);
      keys.set(key.certificate, key);
    }
  }
  return keys.size > 0 ? [...keys.values()] : refuse('metadata_no_signing_certificate');
}

function signingKey(base64: string): IdpSigningKey {
  const certificate = parseCertificate(base64);
  const problem = problemOf(certificate.publicKey);
  const got = describeKey(certificate.publicKey);
  if (problem === 'unsupported') refuse('metadata_key_unsupported', { got, want: 'rsa, ec P-256 or ec P-384' });
  if (problem === 'weak') refuse('metadata_key_too_weak', { got, want: `rsa ${MIN_RSA_BITS} bit` });
  return { certificate: certificate.toString(), expires: certificate.validToDate };
}

function parseCertificate(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64.replace(/\s+/g, ''), 'base64'));
  } catch {
    return refuse('metadata_certificate_invalid');
  }
}
