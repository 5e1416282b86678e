import { sign } from 'node:crypto';

import type { SignedXml } from 'xml-crypto';

import { parseIdpMetadata, verifyResponse, type SamlConnection, type SigningKey } from '../index.ts';
import { verificationKeysOf } from '../metadata/idp-keys.ts';
import {
  RSA_SHA256,
  TEST_EC_KEY,
  TEST_EC_P384_KEY,
  TEST_ED25519_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_WEAK_KEY,
  TestIdp,
  type TestResponse,
} from '../testing/index.ts';
import { selfAndDescendants, type XmlElement } from '../xml/element.ts';
import { NS } from '../xml/namespaces.ts';
import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS } from './algorithms.ts';
import { preflight } from './preflight.ts';
import { strictVerifier } from './strict-verifier.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const trusting = (...keys: readonly SigningKey[]): SamlConnection => ({
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: {
    ...parseIdpMetadata(idp.metadata(), { now: NOW }),
    signingCertificates: keys.map(({ certificate }) => certificate),
  },
  forceAuthn: false,
});
const connection = trusting(TEST_IDP_KEY);
const respond = (answer: Partial<TestResponse>) =>
  idp.respond({ connection, inResponseTo: '_request', nameId: 'eve@acme.com', now: NOW, ...answer });
const verify = (unverifiedResponse: string, at = connection) =>
  verifyResponse({ unverifiedResponse, connection: at, now: NOW });
const ACCEPTED = { nameId: { value: 'eve@acme.com' } };

const keysFor = { rsa: [TEST_IDP_KEY], ec: [TEST_EC_KEY, TEST_EC_P384_KEY] };
const methods = [...SIGNATURE_ALGORITHMS].flatMap(([uri, { keyType }]) =>
  keysFor[keyType].map((key) => [uri, key] as const),
);

describe('the strict verifier', () => {
  it.each(methods)('verifies %s, and nothing that was changed or signed by another key', async (algorithm, key) => {
    const signature = { key, algorithm };
    const response = respond({ signature, sign: 'both' });
    await expect(verify(response, trusting(key))).resolves.toMatchObject(ACCEPTED);
    await expect(verify(response, trusting(TEST_OTHER_KEY))).rejects.toMatchObject({ code: 'signature_invalid' });
    const changed = respond({ signature, mutate: { signed: (xml) => xml.replace('eve@', 'eva@') } });
    await expect(verify(changed, trusting(key))).rejects.toMatchObject({
      code: 'signature_invalid',
      detail: { got: 'Assertion: DigestValue' },
    });
    const relabelled = respond({ signature, mutate: { signed: (xml) => xml.replace('"_request"', '"_other"') } });
    await expect(verify(relabelled, trusting(key))).rejects.toMatchObject({ code: 'in_response_to_mismatch' });
  });

  it.each([...DIGEST_ALGORITHMS.keys()])('digests with %s', async (digest) => {
    await expect(verify(respond({ signature: { digest } }))).resolves.toMatchObject(ACCEPTED);
  });

  it('finds the right one of several keys of several types', async () => {
    const keys = trusting(TEST_OTHER_KEY, TEST_EC_KEY, TEST_IDP_KEY, TEST_EC_P384_KEY);
    await expect(verify(respond({}), keys)).resolves.toMatchObject(ACCEPTED);
  });

  it.each([...SIGNATURE_ALGORITHMS.keys()].filter((algorithm) => algorithm !== RSA_SHA256))(
    'takes no RSA-SHA256 signature that was made under the name of %s',
    async (algorithm) => {
      const mislabel = (signer: SignedXml) => {
        signer.SignatureAlgorithms[algorithm] = class {
          getSignature = (signedInfo: unknown) =>
            sign('sha256', Buffer.from(String(signedInfo)), TEST_IDP_KEY.privateKey).toString('base64');
          verifySignature = () => false;
          getAlgorithmName = () => algorithm;
        };
      };
      await expect(verify(respond({ signature: { algorithm, adjust: mislabel } }))).rejects.toMatchObject({
        code: 'signature_invalid',
        detail: { got: 'Assertion: SignatureValue' },
      });
    },
  );

  it('refuses ECDSA values in DER', async () => {
    const der = (xml: string) =>
      xml.replace(/(<ds:SignatureValue>)([^<]*)/, (_match, tag: string, value: string) => {
        const raw = Buffer.from(value, 'base64');
        const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes]);
        const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
        return tag + Buffer.concat([Buffer.from([0x30, body.length]), body]).toString('base64');
      });
    const signature = {
      key: TEST_EC_KEY,
      algorithm: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
    };
    await expect(verify(respond({ signature, mutate: { signed: der } }), trusting(TEST_EC_KEY))).rejects.toMatchObject({
      code: 'signature_invalid',
    });
  });

  it.each([
    ['weak', TEST_WEAK_KEY],
    ['of another type', TEST_ED25519_KEY],
  ])('refuses a connection with a key that is %s, before a signature is looked at', async (_what, key) => {
    await expect(verify(respond({}), trusting(TEST_IDP_KEY, key))).rejects.toMatchObject({ code: 'idp_key_unusable' });
  });

  it('makes the keys of a connection once', () => {
    expect(verificationKeysOf(connection.idp)).toBe(verificationKeysOf(connection.idp));
  });

  it.each([
    ['SignatureMethod', '<ds:SignatureMethod$1><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>'],
    ['DigestMethod', '<ds:DigestMethod$1><x xmlns="urn:x"/></ds:DigestMethod>'],
    ['CanonicalizationMethod', '<ds:CanonicalizationMethod$1><ds:XPath/></ds:CanonicalizationMethod>'],
  ])('takes no parameter of %s', async (name, put) => {
    const signed = (xml: string) => xml.replace(new RegExp(`<ds:${name}([^>]*)/>`), put);
    await expect(verify(respond({ mutate: { signed } }))).rejects.toMatchObject({ code: 'signature_malformed' });
  });

  it.each(['&#xA0;', '=', '!', 'A'])('takes only strict base64 in values: not %s at the end', async (more) => {
    const signed = (xml: string) => xml.replace('</ds:SignatureValue>', `${more}</ds:SignatureValue>`);
    await expect(verify(respond({ mutate: { signed } }))).rejects.toMatchObject({ code: 'signature_malformed' });
  });

  it('hands on the Assertion without its signature, whose own content no digest covers', () => {
    const { xml, response, holder } = preflight(Buffer.from(respond({}), 'base64').toString());
    const signed = { response: false, assertion: true };
    const verified: XmlElement = strictVerifier.assertion(
      { xml, response, assertion: holder, isEncrypted: false, signed },
      connection,
    );
    expect(holder.children.length - verified.children.length).toBe(1);
    expect(selfAndDescendants(verified).filter(({ namespace }) => namespace === NS.signature)).toEqual([]);
  });
});
