import { SamlError, refuse } from '../errors.ts';
import { checkSignatureForm } from '../response/signature-checks.ts';
import { verifySignature, withoutSignatures } from '../response/strict-verifier.ts';
import { signaturesOf } from '../response/unverified-response.ts';
import type { XmlElement } from '../xml/element.ts';
import { verificationKey } from './idp-keys.ts';

/**
 * The root of a metadata document as its signature covers it (Metadata 3.1): the one signature that the root bears, by the
 * key of this certificate and no other. The certificate's own dates are not looked at: it pins a key.
 *
 * @param signedBy PEM, of the configuration
 * @throws SamlError `metadata_signature_missing`, `metadata_signature_invalid`, `idp_key_unusable`, or what refuses the form
 * of the signature
 */
export function signedMetadata(root: XmlElement, signedBy: string): XmlElement {
  const [signature, ...others] = signaturesOf(root);
  if (signature === undefined) return refuse('metadata_signature_missing');
  if (others.length > 0) refuse('signature_several');
  checkSignatureForm(signature);
  const key = verificationKey(signedBy);
  try {
    verifySignature(root, signature, [key]);
  } catch (error) {
    if (error instanceof SamlError && error.code === 'signature_invalid')
      refuse('metadata_signature_invalid', error.detail);
    throw error;
  }
  return withoutSignatures(root);
}
