import { refuse } from '../errors.ts';
import { MAX_RELAY_STATE_BYTES, type MessageParameter } from './logout-http.ts';

const NAMES = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'] as const;
type Name = (typeof NAMES)[number];

const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
/** A name that reads the same to every parser. */
const PLAIN_NAME = /^[A-Za-z0-9_.~-]+$/;
/** A name that somebody could take for one of ours: in other case, or with something around it. */
const OURS = /saml|relaystate|sigalg|signature/i;
/** What servers let through as a request line anyway. */
const MAX_QUERY = 64 * 1024;

/** The query of an HTTP-Redirect message, decoded, with the very octets that its signature covers. UNVERIFIED. */
export interface RedirectQuery {
  readonly parameter: MessageParameter;
  /** Base64 of the deflated message. */
  readonly message: string;
  readonly relayState: string | undefined;
  readonly signatureAlgorithm: string;
  /** Base64. */
  readonly signature: string;
  readonly signedOctets: string;
}

/**
 * Takes the query of the HTTP-Redirect binding (Bindings 3.4.4.1) from the raw URL, parsed once and here only: each name
 * as it is written, no name twice, encoded or in other case (`%53AMLRequest`), one message. Other parameters are not read.
 *
 * @throws SamlError `logout_…`, `relay_state_invalid`
 */
export function redirectQuery(url: string): RedirectQuery {
  const raw = rawParameters(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  const parameter = parameterOf([...raw.keys()]);
  const [message, relayState, signatureAlgorithm, signature, encoding] = (
    [parameter, 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'] as const
  ).map((name) => decoded(raw.get(name)));
  if (encoding !== undefined && encoding !== DEFLATE)
    refuse('logout_message_encoding', { got: encoding, want: DEFLATE });
  if (signatureAlgorithm === undefined || signature === undefined || message === undefined)
    return refuse('logout_signature_missing', { want: 'SigAlg and Signature' });
  if (Buffer.byteLength(relayState ?? '') > MAX_RELAY_STATE_BYTES) refuse('relay_state_invalid');
  const signed = [parameter, 'RelayState', 'SigAlg'] as const;
  const signedOctets = signed.flatMap((name) => (raw.has(name) ? [`${name}=${raw.get(name)}`] : [])).join('&');
  return { parameter, message, relayState, signatureAlgorithm, signature, signedOctets };
}

/** The one message that parameters name. @throws SamlError `logout_message_…` */
export function parameterOf(names: readonly string[]): MessageParameter {
  const [parameter, ...others] = (['SAMLRequest', 'SAMLResponse'] as const).filter((name) => names.includes(name));
  if (others.length > 0) refuse('logout_message_ambiguous');
  return parameter ?? refuse('logout_message_missing');
}

/** Name -> value as written; the names of the binding, each once. */
function rawParameters(query: string): ReadonlyMap<Name, string> {
  if (query.length > MAX_QUERY) refuse('logout_message_too_large', { got: `${query.length} characters` });
  const found = new Map<Name, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.includes('=') ? pair.indexOf('=') : pair.length;
    const written = pair.slice(0, at);
    const name = nameOf(written);
    if (name === undefined) continue;
    if (found.has(name)) refuse('logout_parameter_name', { got: `${name} twice` });
    found.set(name, pair.slice(at + 1));
  }
  return found;
}

/** The binding's name that is written, if any. @throws SamlError if another parser could read one of them */
function nameOf(written: string): Name | undefined {
  if (!PLAIN_NAME.test(written)) refuse('logout_parameter_name', { got: written });
  const name = NAMES.find((one) => one === written);
  if (name === undefined && OURS.test(written)) refuse('logout_parameter_name', { got: written });
  return name;
}

function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return refuse('logout_message_encoding', { want: 'percent-encoded UTF-8' });
  }
}
