import type { IdpMetadata } from '../connection.ts';
import { refuse } from '../errors.ts';
import { verificationKeysOf } from '../metadata/idp-keys.ts';
import { decodeText } from '../response/decode-response.ts';
import { idsAreUnambiguous } from '../response/preflight.ts';
import { bytesOfBase64 } from '../xml/base64.ts';
import { checkSignatureForm } from '../response/signature-checks.ts';
import { verifySignature, withoutSignatures } from '../response/strict-verifier.ts';
import { isElement, selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { type LogoutHttpRequest, MAX_LOGOUT_BYTES, MAX_RELAY_STATE_BYTES } from './logout-http.ts';
import type { SignedLogoutMessage } from './logout-http.ts';
import { parameterOf } from './redirect-query.ts';

/**
 * Takes a logout message of the HTTP-POST binding (Bindings 3.5): one form field, one enveloped signature on the message
 * itself, by a key of the IdP. What is returned is the tree that was digested, without its signature. RelayState is not
 * covered by it.
 *
 * @throws SamlError `logout_…`, `id_…`, `signature_…`, `xml_…`
 */
export function postMessage(request: LogoutHttpRequest, idp: IdpMetadata): SignedLogoutMessage {
  const fields = formOf(request);
  const parameter = parameterOf([...fields.keys()]);
  const relayState = fields.get('RelayState');
  const unverified = fields.get(parameter);
  if (typeof unverified !== 'string') return refuse('logout_message_ambiguous');
  if (relayState !== undefined && !isRelayState(relayState)) return refuse('relay_state_invalid');
  const message = parseXml(decodedField(unverified), MESSAGE_LIMITS);
  idsAreUnambiguous(message);
  const signature = oneSignatureOf(message);
  checkSignatureForm(signature);
  verifySignature(message, signature, verificationKeysOf(idp));
  return { parameter, message: withoutSignatures(message), relayState };
}

function formOf({ url, headers, body }: LogoutHttpRequest): ReadonlyMap<string, unknown> {
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') refuse('logout_binding_not_supported', { got: type });
  if (url.includes('?')) refuse('logout_binding_not_supported', { got: 'a query beside the form' });
  return new Map<string, unknown>(Object.entries(body ?? {}));
}

function isRelayState(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= MAX_RELAY_STATE_BYTES;
}

function decodedField(field: string): string {
  if (field.length > 2 * MAX_LOGOUT_BYTES) refuse('logout_message_too_large', { got: `${field.length} characters` });
  const bytes = bytesOfBase64(field) ?? refuse('logout_message_encoding', { want: 'base64' });
  if (bytes.length > MAX_LOGOUT_BYTES) refuse('logout_message_too_large', { got: `${bytes.length} bytes` });
  return decodeText(bytes);
}

/** The only Signature of the document, and it stands where it covers the message (Core 5.4.1). */
function oneSignatureOf(message: XmlElement): XmlElement {
  const [signature, ...others] = selfAndDescendants(message).filter((element) =>
    isElement(element, NS.signature, 'Signature'),
  );
  if (signature === undefined) return refuse('logout_signature_missing');
  if (others.length > 0) refuse('signature_several');
  if (signature.parent !== message) refuse('signature_misplaced');
  return signature;
}
