import { SAML, type SamlConfig } from '@node-saml/node-saml';

import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { requireSsoUrl } from '../metadata/sso-url.ts';
import type { OutgoingMessage } from '../outgoing-message.ts';
import { signEnveloped } from './enveloped-signature.ts';
import { newRequestId } from './request-id.ts';

/** Bindings 3.4.3, 3.5.3. */
const MAX_RELAY_STATE_BYTES = 80;

/**
 * Makes an AuthnRequest (Profiles 4.1.4.1) for the binding of the connection: no NameID format, no authentication context
 * unless the connection asks for one, ForceAuthn and an RSA-SHA256 signature as the connection says (rule G14). By
 * HTTP-Redirect the query is signed, by HTTP-POST the message itself, enveloped.
 *
 * @param relayState an opaque handle of at most 80 bytes, never a destination (rule G10)
 * @returns the request's id, to be kept as pending, and how the browser carries it: to a URL, or by a form to it
 * @throws SamlError `relay_state_too_long`, `metadata_no_post_endpoint`, `metadata_sso_url_invalid`
 */
export async function createAuthnRequest(
  connection: SamlConnection,
  { relayState, now }: { readonly relayState?: string; readonly now: Date },
): Promise<{ readonly id: string } & OutgoingMessage> {
  if (Buffer.byteLength(relayState ?? '') > MAX_RELAY_STATE_BYTES) refuse('relay_state_too_long');
  const { binding, url } = endpointOf(connection);
  // the caller that imported the metadata decided whether http is fine; other schemes run scripts (F01)
  requireSsoUrl(url, { allowHttp: true });
  const id = newRequestId(now);
  const options = { ...requestOptions(connection), entryPoint: url, generateUniqueId: () => id };
  if (binding === 'redirect') {
    const sender = new RequestSender({ ...options, ...privateKeyOf(connection) }, now);
    return { id, binding, url: await sender.getAuthorizeUrlAsync(relayState ?? '', undefined, {}) };
  }
  const xml = await new RequestSender(options, now).postedRequest();
  const { signing } = connection;
  const message = Buffer.from(signing === undefined ? xml : signEnveloped(xml, id, signing)).toString('base64');
  const fields = { SAMLRequest: message, ...(relayState === undefined ? {} : { RelayState: relayState }) };
  return { id, binding, url, fields };
}

function endpointOf({ requestBinding = 'redirect', idp }: SamlConnection): {
  binding: 'redirect' | 'post';
  url: string;
} {
  if (requestBinding === 'redirect' && idp.ssoByPostOnly !== true) return { binding: 'redirect', url: idp.ssoUrl };
  return { binding: 'post', url: idp.ssoPostUrl ?? refuse('metadata_no_post_endpoint', { got: idp.ssoUrl }) };
}

function requestOptions({ spEntityId, acsUrl, idp, forceAuthn, authnContexts }: SamlConnection): SamlConfig {
  return {
    issuer: spEntityId,
    callbackUrl: acsUrl,
    idpCert: [...idp.signingCertificates],
    identifierFormat: null,
    forceAuthn,
    ...(authnContexts === undefined ? { disableRequestedAuthnContext: true } : { authnContext: [...authnContexts] }),
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
  };
}

function privateKeyOf({ signing }: SamlConnection): Pick<SamlConfig, 'privateKey'> {
  return signing === undefined ? {} : { privateKey: signing.privateKey };
}

/** node-saml's writer with the caller's clock. */
class RequestSender extends SAML {
  constructor(
    options: SamlConfig,
    private readonly now: Date,
  ) {
    super(options);
  }

  /** The message for the HTTP-POST binding, without a signature. */
  postedRequest(): Promise<string> {
    return this.generateAuthorizeRequestAsync(false, true);
  }

  protected override async generateAuthorizeRequestAsync(
    isPassive: boolean,
    isHttpPostBinding: boolean,
  ): Promise<string> {
    const request = await super.generateAuthorizeRequestAsync(isPassive, isHttpPostBinding);
    return request.replace(/ IssueInstant="[^"]*"/, ` IssueInstant="${this.now.toISOString()}"`);
  }
}
