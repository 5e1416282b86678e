import { parseIdpMetadata, type SamlConnection } from '@rolecall/saml';
import type { TestIdp } from '@rolecall/saml/testing';

/** The connection as the gateway makes it: entity id and ACS are URLs of this organization's identity provider. */
export function connectionOf(
  idp: TestIdp,
  gatewayUrl: string,
  organization: string,
  identityProvider: string,
): SamlConnection {
  const base = `${gatewayUrl}/saml/${organization}/${identityProvider}`;
  return {
    id: `bench/${identityProvider}`,
    spEntityId: `${base}/metadata`,
    acsUrl: `${base}/acs`,
    idp: parseIdpMetadata(idp.metadata(), { now: new Date(), allowHttp: true }),
    forceAuthn: false,
  };
}
