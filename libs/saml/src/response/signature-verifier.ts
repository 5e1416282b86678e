import type { SamlConnection } from '../connection.ts';
import type { XmlElement } from '../xml/element.ts';
import type { ReceivedResponse, UnverifiedResponse } from './unverified-response.ts';

/** Which engine verifies signatures: our own over the parsed tree, or node-saml. */
export type VerifierName = 'strict' | 'node-saml';

/** Verifies the signatures of one message, in two steps: nothing is decrypted before the first (rule G12). */
export interface SignatureVerifier {
  /**
   * Verifies the signature of the Response, if it has one.
   *
   * @throws SamlError `signature_invalid`, `idp_key_unusable` or, for what this engine does not verify, another code
   */
  response(received: ReceivedResponse, connection: SamlConnection): void | Promise<void>;

  /**
   * Verifies the signature of the Assertion, if it has one, and returns the Assertion as signatures cover it: the only
   * element that an identity may be read from (rules G4, G5). The Response is verified already.
   *
   * @throws SamlError as `response`
   */
  assertion(unverified: UnverifiedResponse, connection: SamlConnection): XmlElement | Promise<XmlElement>;
}
