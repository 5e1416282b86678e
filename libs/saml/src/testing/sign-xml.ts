import { SignedXml } from 'xml-crypto';

import type { SigningKey } from '../connection.ts';
import { NS } from '../xml/namespaces.ts';
import { teachMoreAlgorithms } from './more-algorithms.ts';

/** How a test document is signed; the defaults are what IdPs do today. */
export interface SignOptions {
  readonly key: SigningKey;
  readonly algorithm?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  /** InclusiveNamespaces/@PrefixList of the reference. */
  readonly prefixList?: readonly string[];
  /** Last changes to the signer, for signatures that nobody should make. */
  readonly adjust?: (signer: SignedXml) => void;
}

/** RSA-SHA256, the default of `signXml`. */
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** Signs the document's root element, enveloped, after its Issuer (or as its first child when it has none). */
export function signXml(xml: string, options: SignOptions): string {
  const signer = new SignedXml({
    privateKey: options.key.privateKey,
    publicCert: options.key.certificate,
    signatureAlgorithm: options.algorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: (options.canonicalization ?? NS.exclusiveC14n) as typeof NS.exclusiveC14n,
  });
  signer.addReference({
    xpath: '/*',
    transforms: [...(options.transforms ?? [ENVELOPED, NS.exclusiveC14n])],
    digestAlgorithm: options.digest ?? SHA256,
    inclusiveNamespacesPrefixList: [...(options.prefixList ?? [])],
  });
  teachMoreAlgorithms(signer);
  options.adjust?.(signer);
  const hasIssuer = /^(?:<\?[^>]*>\s*)?<[^>]*>\s*<(?:\w+:)?Issuer[\s>]/.test(xml);
  const location = hasIssuer
    ? { reference: "/*/*[local-name()='Issuer']", action: 'after' as const }
    : { reference: '/*', action: 'prepend' as const };
  signer.computeSignature(xml, { prefix: 'ds', location });
  return signer.getSignedXml();
}
