import { hash, timingSafeEqual } from 'node:crypto';

import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { verificationKeysOf, type VerificationKey } from '../metadata/idp-keys.ts';
import { canonicalize } from '../xml/canonicalize.ts';
import type { XmlElement } from '../xml/element.ts';
import { DIGEST_ALGORITHMS, isSignedBy, SIGNATURE_ALGORITHMS } from './algorithms.ts';
import { algorithmOf, inclusivePrefixesOf, signaturePartsOf, type SignatureParts } from './signature-parts.ts';
import type { SignatureVerifier } from './signature-verifier.ts';
import { signaturesOf } from './unverified-response.ts';

/**
 * Verifies every signature that is present over the very tree that the preflight parsed (or that was decrypted), and
 * returns the Assertion of that tree: nothing is looked up by id, selected by XPath or parsed again, so there is one answer
 * to what was signed.
 */
export const strictVerifier = {
  response: ({ response }, { idp }) => verifySignaturesOf(response, idp),
  assertion: ({ assertion }, { idp }) => {
    verifySignaturesOf(assertion, idp);
    return withoutSignatures(assertion);
  },
} satisfies SignatureVerifier;

function verifySignaturesOf(element: XmlElement, idp: IdpMetadata): void {
  const keys = verificationKeysOf(idp);
  for (const signature of signaturesOf(element)) verifySignature(element, signature, keys);
}

/**
 * Core validation (XMLDSig 1.1 3.2), the signature first: nothing is canonicalized for a key that nobody trusts. The form of
 * the signature was checked before.
 *
 * @throws SamlError `signature_invalid`
 */
export function verifySignature(signed: XmlElement, signature: XmlElement, keys: readonly VerificationKey[]): void {
  const parts = signaturePartsOf(signature);
  if (!isSignedByOneOf(keys, parts)) refuse('signature_invalid', { got: `${signed.localName}: SignatureValue` });
  if (!isDigested(signed, signature, parts)) refuse('signature_invalid', { got: `${signed.localName}: DigestValue` });
}

/** XMLDSig 1.1 3.2.2. The keys are those of the connection: KeyInfo is not even read. */
function isSignedByOneOf(keys: readonly VerificationKey[], parts: SignatureParts): boolean {
  const { signedInfo, canonicalizationMethod, signatureMethod, signatureValue } = parts;
  const algorithm = SIGNATURE_ALGORITHMS.get(algorithmOf(signatureMethod));
  if (algorithm === undefined) return refuse('signature_algorithm_not_allowed', { got: algorithmOf(signatureMethod) });
  const bytes = Buffer.from(
    canonicalize(signedInfo, { inclusivePrefixes: inclusivePrefixesOf(canonicalizationMethod) }),
  );
  return keys
    .filter(({ type }) => type === algorithm.keyType)
    .some(({ key }) => isSignedBy(key, algorithm, bytes, signatureValue));
}

/** XMLDSig 1.1 3.2.1, for the one Reference: to the element that holds the signature, less the signature (6.6.4). */
function isDigested(signed: XmlElement, signature: XmlElement, parts: SignatureParts): boolean {
  const { digestMethod, transforms, digestValue } = parts;
  const algorithm = DIGEST_ALGORITHMS.get(algorithmOf(digestMethod));
  if (algorithm === undefined) return refuse('digest_algorithm_not_allowed', { got: algorithmOf(digestMethod) });
  const inclusivePrefixes = transforms.slice(-1).flatMap(inclusivePrefixesOf);
  const digest = hash(algorithm, canonicalize(signed, { without: signature, inclusivePrefixes }), 'buffer');
  return digest.length === digestValue.length && timingSafeEqual(digest, digestValue);
}

/** What a signature does not cover is its own content: nobody gets to read it as part of what is signed. */
export function withoutSignatures(signed: XmlElement): XmlElement {
  const signatures = new Set<XmlElement | string>(signaturesOf(signed));
  return {
    ...signed,
    children: signed.children.filter((child) => !signatures.has(child)),
    content: signed.content.filter((part) => !signatures.has(part)),
  };
}
