import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import type { SamlConnection, SigningKey, SingleLogoutService } from '../connection.ts';
import { refuse } from '../errors.ts';
import { isUsableUrl } from '../metadata/sso-url.ts';
import type { OutgoingMessage } from '../outgoing-message.ts';
import { newRequestId } from '../request/request-id.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { NS } from '../xml/namespaces.ts';
import { RSA_SHA256, signEnveloped } from '../request/enveloped-signature.ts';
import { MAX_RELAY_STATE_BYTES, type MessageParameter } from './logout-http.ts';

const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:';
/** Until when the IdP may act on a request of ours. */
const VALID_MS = 5 * 60_000;

/** Whom the IdP is to sign out, as its assertion named the person and the session. */
export interface SubjectToSignOut {
  readonly nameId: { readonly value: string; readonly format: string };
  readonly sessionIndex: string | undefined;
}

/** Whether all of single logout is there: switched on, a key to sign with, and a service of the IdP. */
export function offersSingleLogout({ sloUrl, signing, idp }: SamlConnection): boolean {
  return sloUrl !== undefined && signing !== undefined && idp.singleLogout !== undefined;
}

/**
 * A signed LogoutRequest (Core 3.7.1, Profiles 4.4.4.1) to the IdP's SingleLogoutService.
 *
 * @returns its id, to be kept as pending, and how it is sent
 * @throws SamlError `single_logout_off`, `metadata_no_single_logout`
 */
export function createLogoutRequest(
  connection: SamlConnection,
  { nameId, sessionIndex }: SubjectToSignOut,
  now: Date,
): { readonly id: string; readonly message: OutgoingMessage } {
  const { service, signing } = outgoing(connection);
  const id = newRequestId(now);
  const format = nameId.format === UNSPECIFIED ? '' : ` Format="${escapeXml(nameId.format)}"`;
  const index = sessionIndex === undefined ? '' : `<samlp:SessionIndex>${escapeXml(sessionIndex)}</samlp:SessionIndex>`;
  const xml = messageXml('LogoutRequest', {
    attributes: { ...head(id, service.url, now), NotOnOrAfter: new Date(now.getTime() + VALID_MS).toISOString() },
    issuer: connection.spEntityId,
    content: `<saml:NameID${format}>${escapeXml(nameId.value)}</saml:NameID>${index}`,
  });
  return { id, message: send('SAMLRequest', { xml, id, to: service.url, binding: service.binding, signing }) };
}

/**
 * A signed LogoutResponse (Core 3.7.2) to the IdP's response location.
 *
 * @param answer `complete` false = not all sessions ended; `relayState` as it came with the request
 * @throws SamlError `single_logout_off`, `metadata_no_single_logout`
 */
export function createLogoutResponse(
  connection: SamlConnection,
  answer: { readonly inResponseTo: string; readonly complete: boolean; readonly relayState?: string },
  now: Date,
): OutgoingMessage {
  const { service, signing } = outgoing(connection);
  const id = newRequestId(now);
  const status = answer.complete
    ? `<samlp:StatusCode Value="${STATUS}Success"/>`
    : `<samlp:StatusCode Value="${STATUS}Responder"><samlp:StatusCode Value="${STATUS}PartialLogout"/></samlp:StatusCode>`;
  const xml = messageXml('LogoutResponse', {
    attributes: { ...head(id, service.responseUrl, now), InResponseTo: answer.inResponseTo },
    issuer: connection.spEntityId,
    content: `<samlp:Status>${status}</samlp:Status>`,
  });
  const { relayState } = answer;
  return send('SAMLResponse', { xml, id, to: service.responseUrl, binding: service.binding, signing, relayState });
}

function outgoing({ sloUrl, signing, idp }: SamlConnection): { service: SingleLogoutService; signing: SigningKey } {
  const { singleLogout: service } = idp;
  if (sloUrl === undefined || signing === undefined) return refuse('single_logout_off');
  // the caller that imported the metadata decided whether http is fine; other schemes run scripts (F01)
  const isUsable = [service?.url ?? '', service?.responseUrl ?? ''].every((url) =>
    isUsableUrl(url, { allowHttp: true }),
  );
  return service !== undefined && isUsable ? { service, signing } : refuse('metadata_no_single_logout');
}

function head(id: string, destination: string, now: Date): Readonly<Record<string, string>> {
  return { ID: id, Version: '2.0', IssueInstant: now.toISOString(), Destination: destination };
}

function messageXml(
  name: 'LogoutRequest' | 'LogoutResponse',
  parts: { readonly attributes: Readonly<Record<string, string>>; readonly issuer: string; readonly content: string },
): string {
  const attributes = Object.entries(parts.attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return (
    `<samlp:${name} xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}"${attributes.join('')}>` +
    `<saml:Issuer>${escapeXml(parts.issuer)}</saml:Issuer>${parts.content}</samlp:${name}>`
  );
}

interface Letter {
  readonly xml: string;
  readonly id: string;
  readonly to: string;
  readonly binding: SingleLogoutService['binding'];
  readonly signing: SigningKey;
  readonly relayState?: string | undefined;
}

function send(parameter: MessageParameter, letter: Letter): OutgoingMessage {
  const { xml, id, to, binding, signing, relayState } = letter;
  if (Buffer.byteLength(relayState ?? '') > MAX_RELAY_STATE_BYTES) refuse('relay_state_too_long');
  if (binding === 'redirect') return { binding, url: redirectUrl(parameter, letter) };
  const message = Buffer.from(signEnveloped(xml, id, signing)).toString('base64');
  return {
    binding,
    url: to,
    fields: { [parameter]: message, ...(relayState === undefined ? {} : { RelayState: relayState }) },
  };
}

/** Bindings 3.4.4.1: the signature is over the parameters as they are written, in this order. */
function redirectUrl(parameter: MessageParameter, { xml, to, signing, relayState }: Letter): string {
  const values = [
    [parameter, deflateRawSync(xml).toString('base64')],
    ...(relayState === undefined ? [] : [['RelayState', relayState]]),
    ['SigAlg', RSA_SHA256],
  ];
  const signed = values.map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`).join('&');
  const signature = sign('sha256', Buffer.from(signed), signing.privateKey).toString('base64');
  const url = new URL(to);
  for (const name of ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'])
    url.searchParams.delete(name);
  const before = url.search === '' ? '?' : '&';
  return `${url.href}${before}${signed}&Signature=${encodeURIComponent(signature)}`;
}
