import { inflateRawSync } from 'node:zlib';

import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { verificationKeysOf } from '../metadata/idp-keys.ts';
import { isSignedBy, SIGNATURE_ALGORITHMS } from '../response/algorithms.ts';
import { decodeText } from '../response/decode-response.ts';
import { idsAreUnambiguous } from '../response/preflight.ts';
import { bytesOfBase64 } from '../xml/base64.ts';
import { isElement, selfAndDescendants } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { MAX_LOGOUT_BYTES, type SignedLogoutMessage } from './logout-http.ts';
import { redirectQuery, type RedirectQuery } from './redirect-query.ts';

/**
 * Takes a logout message of the HTTP-Redirect binding (Bindings 3.4): first the signature over the raw octets, by a key of
 * the IdP, then the message. Nothing is inflated or parsed for a key that nobody trusts.
 *
 * @param url path and query as they came, UNVERIFIED
 * @throws SamlError `logout_…`, `signature_…`, `xml_…`
 */
export function redirectMessage(url: string, idp: IdpMetadata): SignedLogoutMessage {
  const query = redirectQuery(url);
  verifyDetached(query, idp);
  const message = parseXml(inflated(query.message), MESSAGE_LIMITS);
  idsAreUnambiguous(message);
  // Bindings 3.4.4.1: signed by the URL, so that a signature in the message is somebody else's
  if (selfAndDescendants(message).some((element) => isElement(element, NS.signature, 'Signature')))
    refuse('signature_misplaced');
  return { parameter: query.parameter, message, relayState: query.relayState };
}

function verifyDetached({ signatureAlgorithm, signature, signedOctets }: RedirectQuery, idp: IdpMetadata): void {
  const algorithm = SIGNATURE_ALGORITHMS.get(signatureAlgorithm);
  if (algorithm === undefined) return refuse('signature_algorithm_not_allowed', { got: signatureAlgorithm });
  const value = bytesOfBase64(signature) ?? refuse('signature_malformed', { got: 'Signature' });
  const octets = Buffer.from(signedOctets);
  const isSigned = verificationKeysOf(idp)
    .filter(({ type }) => type === algorithm.keyType)
    .some(({ key }) => isSignedBy(key, algorithm, octets, value));
  if (!isSigned) refuse('signature_invalid', { got: 'Signature of the query' });
}

function inflated(base64: string): string {
  const bytes = bytesOfBase64(base64) ?? refuse('logout_message_encoding', { want: 'base64' });
  return decodeText(inflate(bytes));
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_LOGOUT_BYTES });
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? refuse('logout_message_too_large', { want: `${MAX_LOGOUT_BYTES} bytes` })
      : refuse('logout_message_encoding', { want: 'DEFLATE (RFC 1951)' });
  }
}
