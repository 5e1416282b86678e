import { refuse } from '../errors.ts';
import { bytesOfBase64 } from '../xml/base64.ts';

const MAX_RESPONSE_BYTES = 256 * 1024;
/** Base64 with a line break after every 64 characters and a little air. */
const MAX_FIELD_CHARACTERS = Math.ceil((MAX_RESPONSE_BYTES / 3) * 4 * 1.05);

/**
 * Decodes the form field of the HTTP-POST binding (Bindings 3.5.4) to XML text: strict base64 (line breaks allowed),
 * at most 256 kB, valid UTF-8 without NUL; a byte order mark is dropped. The text is unverified.
 */
export function decodeResponse(unverifiedResponse: string): string {
  if (unverifiedResponse.length > MAX_FIELD_CHARACTERS)
    refuse('response_too_large', { got: `${unverifiedResponse.length} characters` });
  const bytes = bytesOfBase64(unverifiedResponse) ?? refuse('response_not_base64');
  if (bytes.length > MAX_RESPONSE_BYTES) refuse('response_too_large', { got: `${bytes.length} bytes` });
  return decodeText(bytes);
}

/** Valid UTF-8 without NUL; a byte order mark is dropped. @throws SamlError `xml_encoding` */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text.includes('\0')) refuse('xml_encoding', { got: 'NUL', want: 'UTF-8' });
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('xml_encoding', { want: 'UTF-8' });
  }
}
