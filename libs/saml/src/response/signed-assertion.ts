import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { openAssertion, withoutDetail } from '../encryption/open-assertion.ts';
import type { XmlElement } from '../xml/element.ts';
import { nodeSamlVerifier } from './node-saml-verifier.ts';
import { assertionFormChecks } from './preflight.ts';
import type { SignatureVerifier, VerifierName } from './signature-verifier.ts';
import { strictVerifier } from './strict-verifier.ts';
import { isEncryptedAssertion, signaturesOf } from './unverified-response.ts';
import type { ReceivedResponse, UnverifiedResponse } from './unverified-response.ts';

const VERIFIERS: Readonly<Record<VerifierName, SignatureVerifier>> = {
  strict: strictVerifier,
  'node-saml': nodeSamlVerifier,
};

/**
 * The Assertion of a Response, verified: the connection's minimum is signed and encrypted, and every signature that is
 * present holds (rules G4, G5). The Response's signature is verified before anything is decrypted (rule G12).
 *
 * @returns with `unverified`, what the message said around it
 * @throws SamlError `signature_missing`, `signature_required`, `encryption_…`, `decryption_…` or what the verifier refuses
 *   with
 */
export async function signedAssertion(
  received: ReceivedResponse,
  connection: SamlConnection,
  verifier: VerifierName,
): Promise<{ readonly unverified: UnverifiedResponse; readonly assertion: XmlElement }> {
  const engine = VERIFIERS[verifier];
  const isEncrypted = isEncryptedAssertion(received.holder);
  if (!isEncrypted) {
    if (connection.requireEncrypted === true) refuse('encryption_required');
    requireMinimum(inClear(received, received.holder), connection);
  }
  await engine.response(received, connection);
  const unverified = inClear(received, isEncrypted ? opened(received, connection) : received.holder);
  if (isEncrypted) requireMinimum(unverified, connection);
  return { unverified, assertion: await engine.assertion(unverified, connection) };
}

/** The Assertion of an EncryptedAssertion, in the form that the preflight demands of any. */
function opened({ response, holder }: ReceivedResponse, connection: SamlConnection): XmlElement {
  const assertion = openAssertion(holder, connection, signaturesOf(response).length > 0);
  try {
    for (const check of assertionFormChecks) check(assertion);
  } catch (error) {
    throw withoutDetail(error);
  }
  return assertion;
}

function inClear({ xml, response, holder }: ReceivedResponse, assertion: XmlElement): UnverifiedResponse {
  const signed = { response: signaturesOf(response).length > 0, assertion: signaturesOf(assertion).length > 0 };
  return { xml, response, assertion, isEncrypted: assertion !== holder, signed };
}

function requireMinimum({ signed }: UnverifiedResponse, { minimumSigned }: SamlConnection): void {
  if (!signed.response && !signed.assertion) refuse('signature_missing');
  const missing = [
    (minimumSigned === 'response' || minimumSigned === 'both') && !signed.response ? 'Response' : '',
    (minimumSigned === 'assertion' || minimumSigned === 'both') && !signed.assertion ? 'Assertion' : '',
  ].filter(Boolean);
  if (missing.length > 0)
    refuse('signature_required', { got: `unsigned ${missing.join(' and ')}`, want: minimumSigned });
}
