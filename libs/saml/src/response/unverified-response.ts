import { refuse } from '../errors.ts';
import { childrenOf, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';

/**
 * A Response whose form passed the preflight. Its content is UNVERIFIED: when only the Assertion is signed, anybody may
 * have written the Response's attributes. Values read from here may lead to a refusal, never to an identity.
 */
export interface UnverifiedResponse {
  /** The XML that was parsed, without byte order mark, for a verifier that parses for itself. */
  readonly xml: string;
  readonly response: XmlElement;
  readonly assertion: XmlElement;
  readonly signed: { readonly response: boolean; readonly assertion: boolean };
}

/** A check of the form of a message. It only rejects. */
export type FormCheck = (response: XmlElement) => void;

/** The one Assertion child; the preflight made sure that there is one. */
export function assertionOf(response: XmlElement): XmlElement {
  return childrenOf(response, NS.assertion, 'Assertion')[0] ?? refuse('assertion_missing');
}

/** The ds:Signature children of the Response or of the Assertion. */
export function signaturesOf(element: XmlElement): readonly XmlElement[] {
  return childrenOf(element, NS.signature, 'Signature');
}
