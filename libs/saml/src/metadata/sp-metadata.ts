import { createHash } from 'node:crypto';

import { generateServiceProviderMetadata } from '@node-saml/node-saml';

import type { SamlConnection } from '../connection.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { BINDING } from '../xml/namespaces.ts';

/**
 * The metadata of our side of a connection (Metadata 2.4.4): entity id, assertion consumer service, single logout service
 * for both bindings when it is on, and the certificate when requests are signed. The same connection gives the same text.
 */
export function serviceProviderMetadata({ spEntityId, acsUrl, sloUrl, signing }: SamlConnection): string {
  const metadata = generateServiceProviderMetadata({
    issuer: spEntityId,
    callbackUrl: acsUrl,
    identifierFormat: null,
    wantAssertionsSigned: true,
    generateUniqueId: () => `_${createHash('sha256').update(spEntityId).digest('hex').slice(0, 40)}`,
    ...(signing === undefined ? {} : { privateKey: signing.privateKey, publicCerts: signing.certificate }),
  });
  return sloUrl === undefined ? metadata : withSingleLogout(metadata, sloUrl);
}

/** Before AssertionConsumerService, where the schema has it (Metadata 2.4.2). The writer knows one binding only, by POST. */
function withSingleLogout(metadata: string, sloUrl: string): string {
  const services = [BINDING.redirect, BINDING.post].map(
    (binding) => `<SingleLogoutService Binding="${binding}" Location="${escapeXml(sloUrl)}"/>`,
  );
  return metadata.replace('<AssertionConsumerService', () => `${services.join('')}<AssertionConsumerService`);
}
