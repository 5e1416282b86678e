import { refuse } from '../errors.ts';
import { childrenOf, isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { assertionOf, signaturesOf, type FormCheck } from './unverified-response.ts';

/** Algorithms that a signature may name (rule G3; SDP-ALG01). Never SHA-1, MD5, HMAC, XSLT, XPath. */
export const ALLOWED_ALGORITHMS = {
  signature: [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  ],
  digest: ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  canonicalization: [NS.exclusiveC14n],
  transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', NS.exclusiveC14n],
} as const;

/** The form of the signatures, before one is verified (rules G2, G3). In this order. */
export const signatureChecks: readonly FormCheck[] = [
  signaturesAreInPlace, //         Core 5.4.1
  ofEachSignature(hasNoObject), // signature wrapping
  ofEachSignature(isWellFormed), // XMLDSig 4.1-4.4
  ofEachSignature(keyInfoIsInert), // SSRF by RetrievalMethod; KeyInfo is never used
  ofEachSignature(algorithmsAreAllowed), // rule G3
  ofEachSignature(refersToItsParent), // Core 5.4.2
];

function ofEachSignature(check: (signature: XmlElement) => void): FormCheck {
  return (response) => {
    for (const element of [response, assertionOf(response)])
      for (const signature of signaturesOf(element)) check(signature);
  };
}

function signaturesAreInPlace(response: XmlElement): void {
  const places = [response, assertionOf(response)];
  const all = [...selfAndDescendants(response)].filter((element) => isElement(element, NS.signature, 'Signature'));
  if (all.length === 0) refuse('signature_missing');
  if (all.some(({ parent }) => parent === undefined || !places.includes(parent))) refuse('signature_misplaced');
  if (places.some((place) => signaturesOf(place).length > 1)) refuse('signature_several');
}

function hasNoObject(signature: XmlElement): void {
  if (childrenOf(signature, NS.signature, 'Object').length > 0) refuse('signature_object');
}

function isWellFormed(signature: XmlElement): void {
  const [signedInfo, value] = exactly(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo');
  const [, , reference] = exactly(signedInfo, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  const [, , digest] = exactly(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  for (const text of [value, digest])
    if (!isBase64Text(text)) refuse('signature_malformed', { got: text?.localName ?? '' });
}

/** The children of a signature part: these, in this order, and at most one trailing optional one. */
function exactly(parent: XmlElement | undefined, names: readonly string[], optional?: string): readonly XmlElement[] {
  const children = parent?.children ?? [];
  const got = children.map(({ localName }) => localName);
  const expected = optional !== undefined && children.length > names.length ? [...names, optional] : names;
  const fits = got.join() === expected.join() && children.every(({ namespace }) => namespace === NS.signature);
  return fits ? children : refuse('signature_malformed', { got: got.join(' '), want: expected.join(' ') });
}

function isBase64Text(element: XmlElement | undefined): boolean {
  if (element === undefined || element.children.length > 0) return false;
  const text = element.text.replace(/\s+/g, '');
  return text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
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
  const algorithmsOf = (localName: string): string[] =>
    [...selfAndDescendants(signature)]
      .filter((element) => isElement(element, NS.signature, localName))
      .map((element) => element.attributes.get('Algorithm') ?? '');
  const oneOf = (allowed: readonly string[], got: readonly string[]) =>
    got.every((algorithm) => allowed.includes(algorithm));

  const method = algorithmsOf('SignatureMethod');
  const digest = algorithmsOf('DigestMethod');
  const canonicalization = algorithmsOf('CanonicalizationMethod');
  const transforms = algorithmsOf('Transform');
  if (!oneOf(ALLOWED_ALGORITHMS.signature, method))
    refuse('signature_algorithm_not_allowed', { got: method.join(' ') });
  if (!oneOf(ALLOWED_ALGORITHMS.digest, digest)) refuse('digest_algorithm_not_allowed', { got: digest.join(' ') });
  if (!oneOf(ALLOWED_ALGORITHMS.canonicalization, canonicalization)) {
    refuse('canonicalization_not_allowed', { got: canonicalization.join(' ') });
  }
  if (transforms.join(' ') !== ALLOWED_ALGORITHMS.transforms.join(' ')) {
    refuse('transforms_not_allowed', { got: transforms.join(' '), want: ALLOWED_ALGORITHMS.transforms.join(' ') });
  }
}

function refersToItsParent(signature: XmlElement): void {
  const reference = [...selfAndDescendants(signature)].find((element) => isElement(element, NS.signature, 'Reference'));
  const uri = reference?.attributes.get('URI');
  const want = `#${signature.parent?.attributes.get('ID')}`;
  if (uri !== want) refuse('signature_reference_mismatch', { got: uri ?? 'no URI', want });
}
