import { SAML, type SamlConfig } from '@node-saml/node-saml';

import type { SamlConnection } from '../connection.ts';
import { refuse } from '../errors.ts';
import { requireSsoUrl } from '../metadata/sso-url.ts';
import { newRequestId } from './request-id.ts';

/** Bindings 3.4.3. */
const MAX_RELAY_STATE_BYTES = 80;

/**
 * Makes an AuthnRequest for the HTTP-Redirect binding (Profiles 4.1.4.1): no NameID format, no authentication context
 * unless the connection asks for one, ForceAuthn and an RSA-SHA256 signature as the connection says (rule G14).
 *
 * @param relayState an opaque handle of at most 80 bytes, never a destination (rule G10)
 * @returns the request's id, to be kept as pending, and the URL to send the browser to
 */
export async function createAuthnRequest(
  connection: SamlConnection,
  { relayState, now }: { readonly relayState?: string; readonly now: Date },
): Promise<{ id: string; url: string }> {
  if (Buffer.byteLength(relayState ?? '') > MAX_RELAY_STATE_BYTES) refuse('relay_state_too_long');
  // the caller that imported the metadata decided whether http is fine; other schemes run scripts (F01)
  requireSsoUrl(connection.idp.ssoUrl, { allowHttp: true });
  const id = newRequestId(now);
  const sender = new RequestSender({ ...requestOptions(connection), generateUniqueId: () => id }, now);
  return { id, url: await sender.getAuthorizeUrlAsync(relayState ?? '', undefined, {}) };
}

function requestOptions({ spEntityId, acsUrl, idp, forceAuthn, authnContexts, signing }: SamlConnection): SamlConfig {
  return {
    issuer: spEntityId,
    callbackUrl: acsUrl,
    entryPoint: idp.ssoUrl,
    idpCert: [...idp.signingCertificates],
    identifierFormat: null,
    forceAuthn,
    ...(authnContexts === undefined ? { disableRequestedAuthnContext: true } : { authnContext: [...authnContexts] }),
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    ...(signing === undefined ? {} : { privateKey: signing.privateKey }),
  };
}

/** node-saml's writer with the caller's clock. */
class RequestSender extends SAML {
  constructor(
    options: SamlConfig,
    private readonly now: Date,
  ) {
    super(options);
  }

  protected override async generateAuthorizeRequestAsync(
    isPassive: boolean,
    isHttpPostBinding: boolean,
  ): Promise<string> {
    const request = await super.generateAuthorizeRequestAsync(isPassive, isHttpPostBinding);
    return request.replace(/ IssueInstant="[^"]*"/, ` IssueInstant="${this.now.toISOString()}"`);
  }
}
