import type { SamlConnection } from '../connection.ts';
import type { XmlElement } from '../xml/element.ts';
import type { UnverifiedResponse } from './unverified-response.ts';

/** Which engine verifies signatures: our own over the parsed tree, or node-saml. */
export type VerifierName = 'strict' | 'node-saml';

/**
 * Verifies every signature that is present and returns the Assertion as signatures cover it: the only element that an
 * identity may be read from (rules G4, G5).
 *
 * @throws SamlError `signature_invalid`, `idp_key_unusable` or, for what this engine does not verify, another code
 */
export type SignatureVerifier = (
  unverified: UnverifiedResponse,
  connection: SamlConnection,
) => XmlElement | Promise<XmlElement>;
