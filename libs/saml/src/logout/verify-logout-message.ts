import type { SamlConnection } from '../connection.ts';
import { refuse, UNPRINTABLE } from '../errors.ts';
import { isOver, MAX_ISSUE_AGE_MS, SKEW_MS, timeOf } from '../response/exchange.ts';
import { requireFresh, requireIssuer, requireVersion } from '../response/message-checks.ts';
import { requirePlainNameId } from '../response/subject-checks.ts';
import { childrenOf, isElement, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import type { LogoutHttpRequest, SignedLogoutMessage } from './logout-http.ts';
import { postMessage } from './post-message.ts';
import { redirectMessage } from './redirect-message.ts';
import type { VerifiedLogoutMessage, VerifiedLogoutRequest, VerifiedLogoutResponse } from './verified-logout.ts';

const MAX_SESSION_INDEXES = 50;
const MAX_SESSION_INDEX = 512;
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** What arrived at the single logout service of a connection, and when. */
export interface LogoutToVerify {
  readonly request: LogoutHttpRequest;
  /** The connection that the URL belongs to. */
  readonly connection: SamlConnection;
  /** Decides every time check. */
  readonly now: Date;
}

/**
 * Verifies a LogoutRequest or LogoutResponse of either binding (rule G13; Core 3.7, Profiles 4.4): its signature, which
 * both need, then what every message must say, then what it says. Never Passport, whose `pass()` is a way in (T01-T06).
 *
 * @throws SamlError naming the check that refused
 */
export function verifyLogoutMessage({ request, connection, now }: LogoutToVerify): VerifiedLogoutMessage {
  if (connection.sloUrl === undefined) return refuse('single_logout_off');
  const signed = signedMessageOf(request, connection);
  checkMessage(signed, connection, connection.sloUrl);
  const issued = requireFresh(signed.message, now);
  return signed.parameter === 'SAMLRequest'
    ? readRequest(signed, connection, issued, now)
    : readResponse(signed.message, connection);
}

function signedMessageOf(request: LogoutHttpRequest, { idp }: SamlConnection): SignedLogoutMessage {
  if (request.method === 'GET') return redirectMessage(request.url, idp);
  if (request.method === 'POST') return postMessage(request, idp);
  return refuse('logout_binding_not_supported', { got: request.method, want: 'GET or POST' });
}

/** What requests and responses share (Core 3.2.1, 3.2.2): the signature covers all of it. */
function checkMessage({ parameter, message }: SignedLogoutMessage, connection: SamlConnection, sloUrl: string): void {
  const want = parameter === 'SAMLRequest' ? 'LogoutRequest' : 'LogoutResponse';
  if (!isElement(message, NS.protocol, want)) refuse('not_a_logout_message', { got: message.localName, want });
  requireVersion(message);
  requireIssuer(message, connection);
  const destination = message.attributes.get('Destination');
  if (destination !== sloUrl) refuse('logout_destination_mismatch', { got: destination ?? 'none', want: sloUrl });
}

/** Core 3.7.1. NotOnOrAfter may be absent: IssueInstant bounds the message as well. */
function readRequest(
  { message, relayState }: SignedLogoutMessage,
  connection: SamlConnection,
  issued: Date,
  now: Date,
): VerifiedLogoutRequest {
  const end = timeOf(message, 'NotOnOrAfter');
  if (end !== undefined && isOver(end, now)) refuse('logout_expired', { got: end.toISOString() });
  const nameId = nameIdOf(message);
  const format = nameId.attributes.get('Format') ?? UNSPECIFIED;
  return {
    is: 'request',
    connectionId: connection.id,
    requestId: message.attributes.get('ID') ?? '',
    nameId: { value: nameId.text, format: format === UNSPECIFIED ? undefined : format },
    sessionIndexes: sessionIndexesOf(message),
    replayableUntil: new Date(issued.getTime() + MAX_ISSUE_AGE_MS + SKEW_MS),
    ...(relayState === undefined ? {} : { relayState }),
  };
}

function nameIdOf(message: XmlElement): XmlElement {
  if (childrenOf(message, NS.assertion, 'EncryptedID').length > 0) refuse('logout_name_id_encrypted');
  const [nameId, ...others] = childrenOf(message, NS.assertion, 'NameID');
  if (nameId === undefined) return refuse('name_id_missing');
  if (others.length > 0) refuse('name_id_several');
  requirePlainNameId(nameId);
  return nameId;
}

function sessionIndexesOf(message: XmlElement): readonly string[] {
  const elements = childrenOf(message, NS.protocol, 'SessionIndex');
  const usable = ({ text, children }: XmlElement) =>
    children.length === 0 && text !== '' && text.length <= MAX_SESSION_INDEX && !UNPRINTABLE.test(text);
  if (elements.length > MAX_SESSION_INDEXES || !elements.every(usable))
    refuse('session_index_invalid', { got: `${elements.length} elements` });
  return elements.map(({ text }) => text);
}

/** Core 3.2.2.2: PartialLogout stands below Success or in its place. */
function readResponse(message: XmlElement, connection: SamlConnection): VerifiedLogoutResponse {
  const [status, ...others] = childrenOf(message, NS.protocol, 'Status');
  const [code, ...codes] = status === undefined ? [] : childrenOf(status, NS.protocol, 'StatusCode');
  if (code === undefined || others.length + codes.length > 0) return refuse('status_missing');
  return {
    is: 'response',
    connectionId: connection.id,
    inResponseTo: message.attributes.get('InResponseTo') ?? '',
    complete: code.attributes.get('Value') === SUCCESS && code.children.length === 0,
  };
}
