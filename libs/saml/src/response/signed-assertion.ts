import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import type { XmlElement } from '../xml/element.ts';
import { nodeSamlVerifier } from './node-saml-verifier.ts';
import type { SignatureVerifier, VerifierName } from './signature-verifier.ts';
import { strictVerifier } from './strict-verifier.ts';
import type { UnverifiedResponse } from './unverified-response.ts';

const VERIFIERS: Readonly<Record<VerifierName, SignatureVerifier>> = {
  strict: strictVerifier,
  'node-saml': nodeSamlVerifier,
};

/**
 * The Assertion of a Response, verified: the connection's minimum is signed, and every signature that is present holds
 * (rules G4, G5).
 *
 * @throws SamlError `signature_required` or what the verifier refuses with
 */
export async function signedAssertion(
  unverified: UnverifiedResponse,
  connection: SamlConnection,
  verifier: VerifierName,
): Promise<XmlElement> {
  requireMinimum(unverified.signed, connection);
  return VERIFIERS[verifier](unverified, connection);
}

function requireMinimum(signed: UnverifiedResponse['signed'], { minimumSigned }: SamlConnection): void {
  const missing = [
    (minimumSigned === 'response' || minimumSigned === 'both') && !signed.response ? 'Response' : '',
    (minimumSigned === 'assertion' || minimumSigned === 'both') && !signed.assertion ? 'Assertion' : '',
  ].filter(Boolean);
  if (missing.length > 0)
    refuse('signature_required', { got: `unsigned ${missing.join(' and ')}`, want: minimumSigned });
}
