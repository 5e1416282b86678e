import type { SamlConnection, SigningKey, SingleLogoutService } from '../connection.ts';
import { refuse } from '../errors.ts';
import { isUsableUrl } from '../metadata/sso-url.ts';
import { outgoingMessage, type OutgoingMessage } from '../outgoing-message.ts';
import { newRequestId } from '../request/request-id.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { NS } from '../xml/namespaces.ts';

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
  return {
    id,
    message: outgoingMessage({ parameter: 'SAMLRequest', xml, id, to: service.url, binding: service.binding, signing }),
  };
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
  const to = service.responseUrl;
  return outgoingMessage({ parameter: 'SAMLResponse', xml, id, to, binding: service.binding, signing, relayState });
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
