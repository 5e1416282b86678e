import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';
import { getVerifiedXml, parseDomFromString } from '@node-saml/node-saml/lib/xml.js';

import type { SamlConnection } from '../connection.ts';
import { NODE_SAML_CIPHERS } from '../encryption/algorithms.ts';
import { encryptedPartsOf } from '../encryption/encrypted-parts.ts';
import { refuse } from '../errors.ts';
import { describeKey, verificationKeysOf } from '../metadata/idp-keys.ts';
import type { XmlElement } from '../xml/element.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { NODE_SAML_ALGORITHMS } from './algorithms.ts';
import { algorithmOf, signaturePartsOf } from './signature-parts.ts';
import type { SignatureVerifier } from './signature-verifier.ts';
import { isEncryptedAssertion, signaturesOf, type UnverifiedResponse } from './unverified-response.ts';

/**
 * Lets node-saml verify every signature that is present, and parses the bytes again that it says are signed; what is
 * encrypted it opens for itself. The oracle of the differential tests, and the way back for a deployment. Knows RSA keys,
 * `NODE_SAML_ALGORITHMS` and `NODE_SAML_CIPHERS` only.
 */
export const nodeSamlVerifier: SignatureVerifier = {
  response: async ({ xml, response, holder }, { idp }) => {
    requireKnownKeys({ idp });
    requireKnownSignatures(response);
    // what is in clear text it verifies in one go, below
    if (!isEncryptedAssertion(holder)) return requireKnownSignatures(holder);
    if (signaturesOf(response).length > 0) await verifyRoot(xml, idp.signingCertificates);
    requireKnownEncryption(holder);
  },
  assertion: async (unverified, connection) => {
    requireKnownSignatures(unverified.assertion);
    const keys = unverified.isEncrypted ? (connection.decryptionKeys ?? []) : [undefined];
    for (const decryptionPvk of keys) {
      const text = await assertionText(unverified, connection, decryptionPvk);
      if (text !== undefined) return parseXml(text, MESSAGE_LIMITS);
    }
    return refuse('signature_invalid');
  },
};

function requireKnownKeys({ idp }: Pick<SamlConnection, 'idp'>): void {
  for (const { key, type } of verificationKeysOf(idp))
    if (type !== 'rsa') refuse('idp_key_unusable', { got: describeKey(key), want: 'rsa' });
}

function requireKnownSignatures(element: XmlElement): void {
  for (const { signatureMethod, digestMethod } of signaturesOf(element).map(signaturePartsOf)) {
    const method = algorithmOf(signatureMethod);
    const digest = algorithmOf(digestMethod);
    if (!NODE_SAML_ALGORITHMS.has(method)) refuse('signature_algorithm_not_allowed', { got: method });
    if (!NODE_SAML_ALGORITHMS.has(digest)) refuse('digest_algorithm_not_allowed', { got: digest });
  }
}

/** It uses the first EncryptedKey, in KeyInfo or retrieved from there, and SHA-1 throughout. */
function requireKnownEncryption(encrypted: XmlElement): void {
  const { cipher, keys } = encryptedPartsOf(encrypted);
  const [key, ...others] = keys;
  const isFound = others.length === 0 && (key?.place === 'inside' || key?.place === 'retrieved');
  if (!isFound) refuse('encrypted_key_missing', { got: key?.place });
  const knows = NODE_SAML_CIPHERS.has(cipher.cipher) && key.oaep.name === 'mgf1p' && key.oaep.hash === 'sha1';
  if (!knows) refuse('encryption_algorithm_not_allowed', { got: cipher.cipher });
}

async function verifyRoot(xml: string, certificates: readonly string[]): Promise<void> {
  const signed = await quietly(async () => {
    const { documentElement } = await parseDomFromString(xml);
    return getVerifiedXml(xml, documentElement, [...certificates]) ?? undefined;
  });
  if (signed === undefined) refuse('signature_invalid');
}

function assertionText(
  { xml, signed }: UnverifiedResponse,
  { acsUrl, spEntityId, idp }: SamlConnection,
  decryptionPvk: string | undefined,
): Promise<string | undefined> {
  const saml = new SignatureOnlySaml({
    callbackUrl: acsUrl,
    issuer: spEntityId,
    idpCert: [...idp.signingCertificates],
    audience: false,
    validateInResponseTo: ValidateInResponseTo.never,
    wantAuthnResponseSigned: signed.response,
    wantAssertionsSigned: signed.assertion,
    decryptionPvk,
  });
  return quietly(async () => (await saml.verifiedProfile(xml))?.getAssertionXml?.());
}

/** The preflight has left nothing else to fail than signatures; node-saml's message may quote the document (rule G11). */
async function quietly<Result>(act: () => Promise<Result | undefined>): Promise<Result | undefined> {
  try {
    return await act();
  } catch {
    return undefined;
  }
}

/** node-saml without its reading of the assertion: only the signature check, with the verified text as its result. */
class SignatureOnlySaml extends SAML {
  async verifiedProfile(xml: string): Promise<Profile | null> {
    const { profile } = await this.validatePostResponseAsync({ SAMLResponse: Buffer.from(xml).toString('base64') });
    return profile;
  }

  protected override async processValidlySignedAssertionAsync(
    this: SAML,
    verifiedXml: string,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    const profile: Profile = { issuer: '', nameID: '', nameIDFormat: '', getAssertionXml: () => verifiedXml };
    return { profile, loggedOut: false };
  }
}
