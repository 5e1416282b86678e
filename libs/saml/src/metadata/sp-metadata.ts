import { createHash } from 'node:crypto';

import { generateServiceProviderMetadata } from '@node-saml/node-saml';

import type { SamlConnection } from '../connection.ts';

/**
 * The metadata of our side of a connection (Metadata 2.4.4): entity id, assertion consumer service, and the certificate
 * when requests are signed. The same connection gives the same text.
 */
export function serviceProviderMetadata({ spEntityId, acsUrl, signing }: SamlConnection): string {
  return generateServiceProviderMetadata({
    issuer: spEntityId,
    callbackUrl: acsUrl,
    identifierFormat: null,
    wantAssertionsSigned: true,
    generateUniqueId: () => `_${createHash('sha256').update(spEntityId).digest('hex').slice(0, 40)}`,
    ...(signing === undefined ? {} : { privateKey: signing.privateKey, publicCerts: signing.certificate }),
  });
}
