import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';

import { refuse } from '../errors.ts';
import { describeKey, verificationKeysOf } from '../metadata/idp-keys.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { NODE_SAML_ALGORITHMS } from './algorithms.ts';
import { algorithmOf, signaturePartsOf } from './signature-parts.ts';
import type { SignatureVerifier } from './signature-verifier.ts';
import { signaturesOf, type UnverifiedResponse } from './unverified-response.ts';

/**
 * Lets node-saml verify every signature that is present, and parses the bytes again that it says are signed. The oracle of
 * the differential tests, and the way back for a deployment. Knows RSA keys and `NODE_SAML_ALGORITHMS` only.
 *
 * @throws SamlError `signature_invalid`, `signature_algorithm_not_allowed`, `digest_algorithm_not_allowed` or
 *   `idp_key_unusable`
 */
export const nodeSamlVerifier: SignatureVerifier = async (unverified, connection) => {
  for (const { key, type } of verificationKeysOf(connection.idp))
    if (type !== 'rsa') refuse('idp_key_unusable', { got: describeKey(key), want: 'rsa' });
  requireKnownAlgorithms(unverified);
  const { signed } = unverified;
  const saml = new SignatureOnlySaml({
    callbackUrl: connection.acsUrl,
    issuer: connection.spEntityId,
    idpCert: [...connection.idp.signingCertificates],
    audience: false,
    validateInResponseTo: ValidateInResponseTo.never,
    wantAuthnResponseSigned: signed.response,
    wantAssertionsSigned: signed.assertion,
  });
  return parseXml(await saml.assertionXml(unverified.xml), MESSAGE_LIMITS);
};

function requireKnownAlgorithms({ response, assertion }: UnverifiedResponse): void {
  for (const { signatureMethod, digestMethod } of [response, assertion].flatMap(signaturesOf).map(signaturePartsOf)) {
    const method = algorithmOf(signatureMethod);
    const digest = algorithmOf(digestMethod);
    if (!NODE_SAML_ALGORITHMS.has(method)) refuse('signature_algorithm_not_allowed', { got: method });
    if (!NODE_SAML_ALGORITHMS.has(digest)) refuse('digest_algorithm_not_allowed', { got: digest });
  }
}

/** node-saml without its reading of the assertion: only the signature check, with the verified text as its result. */
class SignatureOnlySaml extends SAML {
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
