import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { requireSsoUrl } from '../metadata/sso-url.ts';
import { outgoingMessage, type OutgoingMessage } from '../outgoing-message.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { BINDING, NS } from '../xml/namespaces.ts';
import { newRequestId } from './request-id.ts';

/**
 * Makes an AuthnRequest (Profiles 4.1.4.1) for the binding of the connection: no NameID format, no authentication context
 * unless the connection asks for one, ForceAuthn and an RSA-SHA256 signature as the connection says (rule G14). By
 * HTTP-Redirect the query is signed, by HTTP-POST the message itself, enveloped.
 *
 * @param relayState an opaque handle of at most 80 bytes, never a destination (rule G10)
 * @param fresh ForceAuthn whatever the connection says; the id remembers it, so that the answer is held to it
 * @returns the request's id, to be kept as pending, and how the browser carries it: to a URL, or by a form to it
 * @throws SamlError `relay_state_too_long`, `metadata_no_post_endpoint`, `metadata_sso_url_invalid`
 */
export function createAuthnRequest(
  connection: SamlConnection,
  { relayState, now, fresh = false }: { readonly relayState?: string; readonly now: Date; readonly fresh?: boolean },
): { readonly id: string } & OutgoingMessage {
  const { binding, url } = endpointOf(connection);
  // the caller that imported the metadata decided whether http is fine; other schemes run scripts (F01)
  requireSsoUrl(url, { allowHttp: true });
  const id = newRequestId(now, { fresh });
  const forceAuthn = connection.forceAuthn || fresh;
  const xml = authnRequestXml({ ...connection, forceAuthn }, { id, destination: url, now });
  const { signing } = connection;
  return { id, ...outgoingMessage({ parameter: 'SAMLRequest', xml, id, to: url, binding, relayState, signing }) };
}

function endpointOf({ requestBinding = 'redirect', idp }: SamlConnection): {
  binding: 'redirect' | 'post';
  url: string;
} {
  if (requestBinding === 'redirect' && idp.ssoByPostOnly !== true) return { binding: 'redirect', url: idp.ssoUrl };
  return { binding: 'post', url: idp.ssoPostUrl ?? refuse('metadata_no_post_endpoint', { got: idp.ssoUrl }) };
}

/** Core 3.4.1. */
function authnRequestXml(
  { spEntityId, acsUrl, forceAuthn, authnContexts }: SamlConnection,
  { id, destination, now }: { readonly id: string; readonly destination: string; readonly now: Date },
): string {
  const attributes = {
    ID: id,
    Version: '2.0',
    IssueInstant: now.toISOString(),
    ProtocolBinding: BINDING.post,
    Destination: destination,
    AssertionConsumerServiceURL: acsUrl,
    ...(forceAuthn ? { ForceAuthn: 'true' } : {}),
  };
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  return (
    `<samlp:AuthnRequest xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}"${written.join('')}>` +
    `<saml:Issuer>${escapeXml(spEntityId)}</saml:Issuer>${requestedContext(authnContexts)}</samlp:AuthnRequest>`
  );
}

/** Core 3.3.2.2.1: one of these and no other. */
function requestedContext(contexts: SamlConnection['authnContexts']): string {
  if (contexts === undefined) return '';
  const classes = contexts.map((one) => `<saml:AuthnContextClassRef>${escapeXml(one)}</saml:AuthnContextClassRef>`);
  return `<samlp:RequestedAuthnContext Comparison="exact">${classes.join('')}</samlp:RequestedAuthnContext>`;
}
