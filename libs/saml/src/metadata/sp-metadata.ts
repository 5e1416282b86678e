import { createHash } from 'node:crypto';

import type { PublishedKey, SamlConnection } from '../connection.ts';
import { DATA_CIPHERS, KEY_TRANSPORTS } from '../encryption/algorithms.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { BINDING, NS } from '../xml/namespaces.ts';

/**
 * The metadata of our side of a connection (Metadata 2.4.4): entity id, assertion consumer service, single logout service
 * for both bindings when it is on, and our keys, the current ones first. The same connection gives the same text.
 */
export function serviceProviderMetadata(connection: SamlConnection): string {
  const { spEntityId, acsUrl, sloUrl, signing } = connection;
  const id = `_${createHash('sha256').update(spEntityId).digest('hex').slice(0, 40)}`;
  const logout = sloUrl === undefined ? [] : [BINDING.redirect, BINDING.post];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<EntityDescriptor xmlns="${NS.metadata}" xmlns:ds="${NS.signature}" entityID="${escapeXml(spEntityId)}" ID="${id}">`,
    `  <SPSSODescriptor protocolSupportEnumeration="${NS.protocol}" AuthnRequestsSigned="${signing !== undefined}" WantAssertionsSigned="true">`,
    ...publishedOf(connection).map(keyDescriptor),
    ...logout.map((binding) => `    <SingleLogoutService Binding="${binding}" Location="${escapeXml(sloUrl ?? '')}"/>`),
    `    <AssertionConsumerService index="1" isDefault="true" Binding="${BINDING.post}" Location="${escapeXml(acsUrl)}"/>`,
    '  </SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n');
}

/** Our certificates as our metadata names them. */
export function publishedOf({ published, signing }: SamlConnection): readonly PublishedKey[] {
  return published ?? (signing === undefined ? [] : [{ use: 'signing', certificate: signing.certificate }]);
}

/** Metadata 2.4.1.1. For encryption with the algorithms that we open, the better ones first; CBC is not offered. */
function keyDescriptor({ use, certificate }: PublishedKey): string {
  const base64 = certificate.replace(/-----[^-]+-----|\s/g, '');
  const methods = use === 'signing' ? [] : OFFERED.map((uri) => `<EncryptionMethod Algorithm="${uri}"/>`);
  return `    <KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods.join('')}</KeyDescriptor>`;
}

const OFFERED: readonly string[] = [
  ...[...DATA_CIPHERS].filter(([, { isAuthenticated }]) => isAuthenticated).map(([uri]) => uri),
  ...KEY_TRANSPORTS.keys(),
];
