import { childrenOf, isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';

/**
 * A Response as it came, whose form passed the preflight; its Assertion may be encrypted. UNVERIFIED.
 */
export interface ReceivedResponse {
  /** The XML that was parsed, without byte order mark, for a verifier that parses for itself. */
  readonly xml: string;
  readonly response: XmlElement;
  /** The Assertion or the EncryptedAssertion: one of the two. */
  readonly holder: XmlElement;
}

/**
 * A Response with its Assertion in clear text. Its content is UNVERIFIED: when only the Assertion is signed, anybody may
 * have written the Response's attributes. Values read from here may lead to a refusal, never to an identity.
 */
export interface UnverifiedResponse {
  readonly xml: string;
  readonly response: XmlElement;
  /** A child of the Response, or (decrypted) the root of a tree of its own. */
  readonly assertion: XmlElement;
  readonly isEncrypted: boolean;
  readonly signed: { readonly response: boolean; readonly assertion: boolean };
}

/** A check of the form of a message: of a Response, or of an Assertion that came encrypted. It only rejects. */
export type FormCheck = (root: XmlElement) => void;

/** The elements of a tree that may bear a signature: a Response and its Assertion, or an Assertion alone. */
export function signablesOf(root: XmlElement): readonly XmlElement[] {
  return [root, ...childrenOf(root, NS.assertion, 'Assertion')];
}

/** The ds:Signature children of the Response or of the Assertion. */
export function signaturesOf(element: XmlElement): readonly XmlElement[] {
  return childrenOf(element, NS.signature, 'Signature');
}

export function isEncryptedAssertion(element: XmlElement): boolean {
  return isElement(element, NS.assertion, 'EncryptedAssertion');
}
