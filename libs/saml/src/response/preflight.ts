import { refuse } from '../errors.ts';
import { childrenOf, isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { signatureChecks } from './signature-checks.ts';
import { assertionOf, signaturesOf, type FormCheck, type UnverifiedResponse } from './unverified-response.ts';

/** The form of a Response, before any byte of it reaches a DOM or a signature check (rule G2). In this order. */
export const formChecks: readonly FormCheck[] = [
  isResponse, //                   Core 3.3.3
  idsAreUnambiguous, //            Core 1.3.4, signature wrapping
  statusIsSuccess, //              Core 3.2.2.2
  isNotEncrypted,
  holdsOneAssertion, //            Profiles 4.1.4.2, signature wrapping
  ...signatureChecks, //           Core 5.4, XMLDSig 4
];

/**
 * Parses a Response and checks its form, without any key: cheap on hostile input, and a pure filter.
 *
 * @param xml unverified text
 * @throws SamlError naming the first thing refused
 */
export function preflight(xml: string): UnverifiedResponse {
  const response = parseXml(xml, MESSAGE_LIMITS);
  for (const check of formChecks) check(response);
  const assertion = assertionOf(response);
  return {
    xml,
    response,
    assertion,
    signed: { response: signaturesOf(response).length > 0, assertion: signaturesOf(assertion).length > 0 },
  };
}

function isResponse(response: XmlElement): void {
  if (!isElement(response, NS.protocol, 'Response')) refuse('not_a_response', { got: response.localName });
}

const ID = /^[A-Za-z_][\w.-]{0,255}$/;

/** Every ID of a message is the only one of its kind, and its root has one. @throws SamlError `id_…` */
export function idsAreUnambiguous(response: XmlElement): void {
  const seen = new Set<string>();
  for (const element of selfAndDescendants(response)) {
    for (const { name, prefix, local, value } of element.writtenAttributes) {
      if (!/^id$/i.test(local)) continue;
      if (prefix !== '' || local !== idAttributeOf(element))
        refuse('id_ambiguous', { got: `${element.localName}/@${name}` });
      if (!ID.test(value)) refuse('id_missing', { got: value });
      if (seen.has(value)) refuse('id_duplicate', { got: value });
      seen.add(value);
    }
  }
  if (!response.attributes.has('ID')) refuse('id_missing', { got: response.localName });
}

function idAttributeOf(element: XmlElement): string | undefined {
  if (element.namespace === NS.signature) return 'Id';
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

function isNotEncrypted(response: XmlElement): void {
  if (childrenOf(response, NS.assertion, 'EncryptedAssertion').length > 0) refuse('encrypted_assertion_not_supported');
}

function holdsOneAssertion(response: XmlElement): void {
  const assertions = selfAndDescendants(response).filter(({ localName }) =>
    /^(?:Encrypted)?Assertion$/i.test(localName),
  );
  const [assertion] = assertions;
  if (assertion === undefined) return refuse('assertion_missing');
  if (assertions.length > 1) refuse('assertion_several', { got: `${assertions.length}`, want: '1' });
  if (!isElement(assertion, NS.assertion, 'Assertion') || assertion.parent !== response) refuse('assertion_misplaced');
  if (!assertion.attributes.has('ID')) refuse('id_missing', { got: 'Assertion' });
}
