import { refuse } from '../errors.ts';
import { childrenOf, isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS, TRANSFORMS } from './algorithms.ts';
import { algorithmOf, inclusivePrefixesOf, signaturePartsOf } from './signature-parts.ts';
import { signablesOf, signaturesOf, type FormCheck } from './unverified-response.ts';

/** The form of one signature, wherever it stands. In this order. */
const checksOfEach: readonly ((signature: XmlElement) => void)[] = [
  hasNoObject, //          signature wrapping
  isWellFormed, //         XMLDSig 4.1-4.4
  keyInfoIsInert, //       SSRF by RetrievalMethod; KeyInfo is never used
  algorithmsAreAllowed, // rule G3
  algorithmsAreBare, //    XMLDSig 6.1
  refersToItsParent, //    Core 5.4.2, Metadata 3.1
];

/** The form of the signatures of a Response, before one is verified (rules G2, G3). In this order. */
export const signatureChecks: readonly FormCheck[] = [
  signaturesAreInPlace, // Core 5.4.1
  ...checksOfEach.map(ofEachSignature),
];

/** Checks the form of one signature, before it is verified. @throws SamlError naming the first thing refused */
export function checkSignatureForm(signature: XmlElement): void {
  for (const check of checksOfEach) check(signature);
}

function ofEachSignature(check: (signature: XmlElement) => void): FormCheck {
  return (root) => {
    for (const signature of signablesOf(root).flatMap(signaturesOf)) check(signature);
  };
}

function signaturesAreInPlace(root: XmlElement): void {
  const places = signablesOf(root);
  const all = selfAndDescendants(root).filter((element) => isElement(element, NS.signature, 'Signature'));
  if (all.some(({ parent }) => parent === undefined || !places.includes(parent))) refuse('signature_misplaced');
  if (places.some((place) => signaturesOf(place).length > 1)) refuse('signature_several');
}

function hasNoObject(signature: XmlElement): void {
  if (childrenOf(signature, NS.signature, 'Object').length > 0) refuse('signature_object');
}

function isWellFormed(signature: XmlElement): void {
  signaturePartsOf(signature);
}

const INERT_KEY_INFO = new Set(['X509Data', 'KeyName', 'KeyValue']);

function keyInfoIsInert(signature: XmlElement): void {
  for (const keyInfo of childrenOf(signature, NS.signature, 'KeyInfo')) {
    const other = keyInfo.children.find(
      ({ namespace, localName }) => namespace !== NS.signature || !INERT_KEY_INFO.has(localName),
    );
    if (other !== undefined) refuse('key_info_not_allowed', { got: other.localName });
  }
}

function algorithmsAreAllowed(signature: XmlElement): void {
  const { signatureMethod, digestMethod, canonicalizationMethod, transforms } = signaturePartsOf(signature);
  const method = algorithmOf(signatureMethod);
  const digest = algorithmOf(digestMethod);
  const canonicalization = algorithmOf(canonicalizationMethod);
  if (!SIGNATURE_ALGORITHMS.has(method)) refuse('signature_algorithm_not_allowed', { got: method });
  if (!DIGEST_ALGORITHMS.has(digest)) refuse('digest_algorithm_not_allowed', { got: digest });
  if (canonicalization !== NS.exclusiveC14n) refuse('canonicalization_not_allowed', { got: canonicalization });
  const got = transforms
    .map((transform) => (isTransform(transform) ? algorithmOf(transform) : transform.name))
    .join(' ');
  if (got !== TRANSFORMS.join(' ')) refuse('transforms_not_allowed', { got, want: TRANSFORMS.join(' ') });
}

function isTransform(element: XmlElement): boolean {
  return isElement(element, NS.signature, 'Transform');
}

/** Only canonicalization has a parameter, its PrefixList. (xml-crypto signs one into enveloped-signature too: no effect.) */
function algorithmsAreBare(signature: XmlElement): void {
  const { signatureMethod, digestMethod, canonicalizationMethod, transforms } = signaturePartsOf(signature);
  const parameter = signatureMethod.children[0] ?? digestMethod.children[0];
  if (parameter !== undefined) refuse('signature_malformed', { got: parameter.localName });
  for (const method of [canonicalizationMethod, ...transforms.slice(-1)]) inclusivePrefixesOf(method);
}

function refersToItsParent(signature: XmlElement): void {
  const uri = signaturePartsOf(signature).reference.attributes.get('URI');
  const want = `#${signature.parent?.attributes.get('ID')}`;
  if (uri !== want) refuse('signature_reference_mismatch', { got: uri ?? 'no URI', want });
}
