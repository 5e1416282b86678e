import { hash, sign } from 'node:crypto';

import type { SigningKey } from '../connection.ts';
import { canonicalize } from '../xml/canonicalize.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';

export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * Signs a message of our own, enveloped (Core 5.4, RSA-SHA256, exclusive canonicalization): the digest is over the form
 * that any verifier computes from the text, since it is computed from the parsed text.
 *
 * @param xml a message without signature, whose root has this `id` and an Issuer as its first child
 */
export function signEnveloped(xml: string, id: string, { privateKey, certificate }: SigningKey): string {
  const digest = hash('sha256', canonicalize(parseXml(xml, MESSAGE_LIMITS)), 'base64');
  const signedInfo =
    `<ds:SignedInfo xmlns:ds="${NS.signature}"><ds:CanonicalizationMethod Algorithm="${NS.exclusiveC14n}"/>` +
    `<ds:SignatureMethod Algorithm="${RSA_SHA256}"/><ds:Reference URI="#${id}"><ds:Transforms>` +
    `<ds:Transform Algorithm="${ENVELOPED}"/><ds:Transform Algorithm="${NS.exclusiveC14n}"/></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${SHA256}"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = sign('sha256', Buffer.from(canonicalize(parseXml(signedInfo, MESSAGE_LIMITS))), privateKey);
  const signature =
    `<ds:Signature xmlns:ds="${NS.signature}">${signedInfo}<ds:SignatureValue>${value.toString('base64')}` +
    `</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, '')}` +
    `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`;
  return xml.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`);
}
