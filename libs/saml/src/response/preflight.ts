import { refuse } from '../errors.ts';
import { childrenOf, isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { signatureChecks } from './signature-checks.ts';
import { isEncryptedAssertion, type FormCheck, type ReceivedResponse } from './unverified-response.ts';

/** The form of a Response, before any byte of it reaches a DOM or a signature check (rule G2). In this order. */
const formChecks: readonly FormCheck[] = [
  isResponse, //                   Core 3.3.3
  idsAreUnambiguous, //            Core 1.3.4, signature wrapping
  statusIsSuccess, //              Core 3.2.2.2
  holdsOneAssertion, //            Profiles 4.1.4.2, signature wrapping
  nothingInsideIsEncrypted, //     Core 2.2.4, 2.7.3.2
  ...signatureChecks, //           Core 5.4, XMLDSig 4
];

/** The form of an Assertion that came encrypted: what the preflight could not see (E12). In this order. */
export const assertionFormChecks: readonly FormCheck[] = [
  isAssertion,
  idsAreUnambiguous,
  holdsNoOtherAssertion,
  nothingInsideIsEncrypted,
  ...signatureChecks,
];

/**
 * Parses a Response and checks its form, without any key: cheap on hostile input, and a pure filter.
 *
 * @param xml unverified text
 * @throws SamlError naming the first thing refused
 */
export function preflight(xml: string): ReceivedResponse {
  const response = parseXml(xml, MESSAGE_LIMITS);
  for (const check of formChecks) check(response);
  const [holder] = assertionsIn(response);
  return { xml, response, holder: holder ?? refuse('assertion_missing') };
}

function isResponse(response: XmlElement): void {
  if (!isElement(response, NS.protocol, 'Response')) refuse('not_a_response', { got: response.localName });
}

const ID = /^[A-Za-z_][\w.-]{0,255}$/;

/** Every ID of a message is the only one of its kind, and its root has one. @throws SamlError `id_…` */
export function idsAreUnambiguous(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of selfAndDescendants(root)) {
    for (const { name, prefix, local, value } of element.writtenAttributes) {
      if (!/^id$/i.test(local)) continue;
      if (prefix !== '' || local !== idAttributeOf(element))
        refuse('id_ambiguous', { got: `${element.localName}/@${name}` });
      if (!ID.test(value)) refuse('id_missing', { got: value });
      if (seen.has(value)) refuse('id_duplicate', { got: value });
      seen.add(value);
    }
  }
  requireId(root);
}

function requireId(element: XmlElement): void {
  if (!element.attributes.has('ID')) refuse('id_missing', { got: element.localName });
}

function idAttributeOf(element: XmlElement): string | undefined {
  if (element.namespace === NS.signature || element.namespace === NS.encryption) return 'Id';
  return element.namespace === NS.assertion || element.namespace === NS.protocol ? 'ID' : undefined;
}

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

function statusIsSuccess(response: XmlElement): void {
  const [status, ...others] = childrenOf(response, NS.protocol, 'Status');
  if (status === undefined || others.length > 0) return refuse('status_missing');
  const codes = childrenOf(status, NS.protocol, 'StatusCode');
  const value = codes[0]?.attributes.get('Value');
  if (codes.length !== 1 || value === undefined) return refuse('status_missing');
  if (value !== SUCCESS) refuse('status_not_success', { got: statusText(status, value), want: SUCCESS });
}

function statusText(status: XmlElement, value: string): string {
  const detail = childrenOf(status, NS.protocol, 'StatusCode')[0]?.children[0]?.attributes.get('Value');
  const message = childrenOf(status, NS.protocol, 'StatusMessage')[0]?.text.trim();
  return [value, detail, message].filter(Boolean).join(' ');
}

/** The Assertions and EncryptedAssertions of a tree, its root included, whatever their namespace. */
function assertionsIn(root: XmlElement): readonly XmlElement[] {
  return selfAndDescendants(root).filter(({ localName }) => /^(?:Encrypted)?Assertion$/i.test(localName));
}

function holdsOneAssertion(response: XmlElement): void {
  const assertions = assertionsIn(response);
  const [assertion] = assertions;
  if (assertion === undefined) return refuse('assertion_missing');
  if (assertions.length > 1) refuse('assertion_several', { got: `${assertions.length}`, want: '1' });
  const isKnown = isElement(assertion, NS.assertion, 'Assertion') || isEncryptedAssertion(assertion);
  if (!isKnown || assertion.parent !== response) refuse('assertion_misplaced');
  if (!isEncryptedAssertion(assertion)) requireId(assertion);
}

function isAssertion(assertion: XmlElement): void {
  if (!isElement(assertion, NS.assertion, 'Assertion')) refuse('assertion_missing', { got: assertion.localName });
}

function holdsNoOtherAssertion(assertion: XmlElement): void {
  const assertions = assertionsIn(assertion);
  if (assertions.length > 1) refuse('assertion_several', { got: `${assertions.length}`, want: '1' });
}

/** We open whole assertions only: an identity with a part that nobody reads is none. */
function nothingInsideIsEncrypted(root: XmlElement): void {
  for (const { namespace, localName } of selfAndDescendants(root)) {
    if (namespace !== NS.assertion) continue;
    if (localName === 'EncryptedID') refuse('encrypted_id_not_supported');
    if (localName === 'EncryptedAttribute') refuse('encrypted_attribute_not_supported');
  }
}
