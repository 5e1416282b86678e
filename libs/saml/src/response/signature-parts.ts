import { refuse } from '../errors.ts';
import { base64Of } from '../xml/base64.ts';
import { isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';

/** A ds:Signature taken apart: every part is the only one of its name, in its place. UNVERIFIED. */
export interface SignatureParts {
  readonly signedInfo: XmlElement;
  readonly canonicalizationMethod: XmlElement;
  readonly signatureMethod: XmlElement;
  readonly reference: XmlElement;
  /** What Transforms holds. */
  readonly transforms: readonly XmlElement[];
  readonly digestMethod: XmlElement;
  readonly digestValue: Buffer;
  readonly signatureValue: Buffer;
}

/**
 * Takes a Signature apart (XMLDSig 1.1 4.2-4.4): one SignedInfo with one Reference, exactly the parts of the schema in its
 * order, both values strict base64. KeyInfo may follow and is never looked at for a key.
 *
 * @throws SamlError `signature_malformed`
 */
export function signaturePartsOf(signature: XmlElement): SignatureParts {
  const [signedInfo, signatureValue] = exactly(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo');
  const [canonicalizationMethod, signatureMethod, reference] = exactly(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  const [transforms, digestMethod, digestValue] = exactly(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  return {
    signedInfo,
    canonicalizationMethod,
    signatureMethod,
    reference,
    transforms: transforms.children,
    digestMethod,
    digestValue: bytesOf(digestValue),
    signatureValue: bytesOf(signatureValue),
  };
}

/** The children of a signature part: these, in this order, and at most one trailing optional one. */
function exactly<const Names extends readonly string[]>(
  parent: XmlElement,
  names: Names,
  optional?: string,
): { readonly [Index in keyof Names]: XmlElement } {
  const { children } = parent;
  const expected = optional !== undefined && children.length > names.length ? [...names, optional] : names;
  const fits =
    children.length === expected.length &&
    children.every((child, index) => isElement(child, NS.signature, expected[index] ?? ''));
  if (!fits)
    refuse('signature_malformed', {
      got: children.map(({ localName }) => localName).join(' '),
      want: expected.join(' '),
    });
  return children as unknown as { readonly [Index in keyof Names]: XmlElement };
}

function bytesOf(element: XmlElement): Buffer {
  return base64Of(element) ?? refuse('signature_malformed', { got: element.localName });
}

/**
 * The PrefixList of an exclusive canonicalization (exc-c14n 4): the one parameter that it takes.
 *
 * @param method a CanonicalizationMethod or a Transform
 * @throws SamlError `signature_malformed` if it holds anything else
 */
export function inclusivePrefixesOf(method: XmlElement): readonly string[] {
  const [parameter, ...others] = method.children;
  if (parameter === undefined) return [];
  const isKnown = isElement(parameter, NS.exclusiveC14n, 'InclusiveNamespaces') && parameter.children.length === 0;
  if (!isKnown || others.length > 0) refuse('signature_malformed', { got: parameter.localName });
  return (parameter.attributes.get('PrefixList') ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
}

/** The Algorithm attribute of a signature part; empty if it has none. */
export function algorithmOf(method: XmlElement): string {
  return method.attributes.get('Algorithm') ?? '';
}
