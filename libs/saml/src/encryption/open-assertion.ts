import type { SamlConnection } from '../connection.ts';
import { refuse, SamlError } from '../errors.ts';
import { decodeText } from '../response/decode-response.ts';
import type { XmlElement } from '../xml/element.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { decrypt, privateKeysOf } from './decrypt.ts';
import { encryptedPartsOf } from './encrypted-parts.ts';

const NO_KEYS: readonly string[] = [];

/**
 * Decrypts an EncryptedAssertion (Core 2.3.4) and parses what it holds, by the very parser and limits of the message
 * around it. What it returns is UNVERIFIED: our encryption key is public.
 *
 * @param responseIsVerified whether a signature of the IdP covers the ciphertext. Without one, CBC is refused before a
 *   key is touched, and whatever does not open or parse is `decryption_failed` (rule G12)
 * @throws SamlError whose detail never holds anything of the plaintext
 */
export function openAssertion(
  encrypted: XmlElement,
  { decryptionKeys = NO_KEYS }: SamlConnection,
  responseIsVerified: boolean,
): XmlElement {
  const parts = encryptedPartsOf(encrypted);
  if (!parts.cipher.isAuthenticated && !responseIsVerified)
    refuse('encryption_needs_signed_response', { got: parts.cipher.cipher });
  if (decryptionKeys.length === 0) refuse('decryption_key_missing');
  const plaintext = decrypt(parts, privateKeysOf(decryptionKeys)) ?? refuse('decryption_failed');
  try {
    return parseXml(decodeText(plaintext), MESSAGE_LIMITS);
  } catch (error) {
    if (!(error instanceof SamlError) || responseIsVerified) throw withoutDetail(error);
    return refuse('decryption_failed');
  }
}

/** A refusal that quotes nothing of what it refused. */
export function withoutDetail(error: unknown): unknown {
  return error instanceof SamlError ? new SamlError(error.code, error.message) : error;
}
