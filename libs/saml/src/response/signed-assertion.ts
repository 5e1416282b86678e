import { X509Certificate } from 'node:crypto';

import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';

import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import type { UnverifiedResponse } from './unverified-response.ts';

/**
 * Verifies every signature that is present and returns the Assertion's XML as the signature covers it: the only text
 * that an identity may be read from (rules G4, G5). This function is the seam for another verifier.
 *
 * @throws SamlError `signature_invalid`, `signature_required` or `idp_key_unusable`
 */
export async function signedAssertion(unverified: UnverifiedResponse, connection: SamlConnection): Promise<string> {
  const { signed } = unverified;
  requireMinimum(signed, connection);
  for (const certificate of connection.idp.signingCertificates) requireUsableKey(certificate);
  const verifier = new SignatureVerifier({
    callbackUrl: connection.acsUrl,
    issuer: connection.spEntityId,
    idpCert: [...connection.idp.signingCertificates],
    audience: false,
    validateInResponseTo: ValidateInResponseTo.never,
    wantAuthnResponseSigned: signed.response,
    wantAssertionsSigned: signed.assertion,
  });
  return verifier.assertionXml(unverified.xml);
}

function requireMinimum(signed: UnverifiedResponse['signed'], { minimumSigned }: SamlConnection): void {
  const missing = [
    (minimumSigned === 'response' || minimumSigned === 'both') && !signed.response ? 'Response' : '',
    (minimumSigned === 'assertion' || minimumSigned === 'both') && !signed.assertion ? 'Assertion' : '',
  ].filter(Boolean);
  if (missing.length > 0)
    refuse('signature_required', { got: `unsigned ${missing.join(' and ')}`, want: minimumSigned });
}

const MIN_RSA_BITS = 2048;

function requireUsableKey(pem: string): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(pem).publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== 'rsa' || bits < MIN_RSA_BITS) {
    refuse('idp_key_unusable', { got: `${asymmetricKeyType} ${bits} bit`, want: `rsa ${MIN_RSA_BITS} bit` });
  }
}

/** node-saml without its reading of the assertion: only the signature check, with the verified text as its result. */
class SignatureVerifier extends SAML {
  async assertionXml(xml: string): Promise<string> {
    const profile = await this.verifiedProfile(xml);
    return profile?.getAssertionXml?.() ?? refuse('signature_invalid');
  }

  private async verifiedProfile(xml: string): Promise<Profile | null> {
    try {
      const { profile } = await this.validatePostResponseAsync({ SAMLResponse: Buffer.from(xml).toString('base64') });
      return profile;
    } catch {
      // the preflight has left nothing else to fail; node-saml's message may quote the document (rule G11)
      return refuse('signature_invalid');
    }
  }

  protected override async processValidlySignedAssertionAsync(
    this: SAML,
    verifiedXml: string,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    const profile: Profile = { issuer: '', nameID: '', nameIDFormat: '', getAssertionXml: () => verifiedXml };
    return { profile, loggedOut: false };
  }
}
