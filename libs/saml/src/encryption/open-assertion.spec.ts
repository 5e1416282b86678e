import crypto from 'node:crypto';

import type { SamlConnection } from '../connection.ts';
import { SamlError } from '../errors.ts';
import { verifyResponse } from '../response/verify-response.ts';
import { encryptXml, TEST_OTHER_KEY, TEST_SP_KEY, TEST_SP_NEXT_KEY, TestIdp } from '../testing/index.ts';
import type { EncryptOptions, TestResponse } from '../testing/index.ts';
import { parseIdpMetadata } from '../metadata/parse-idp-metadata.ts';
import { NS } from '../xml/namespaces.ts';
import { MESSAGE_LIMITS, parseXml } from '../xml/parse-xml.ts';
import { openAssertion } from './open-assertion.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connection: SamlConnection = {
  id: 'org/okta',
  spEntityId: 'https://login.example/saml/acme/okta/metadata',
  acsUrl: 'https://login.example/saml/acme/okta/acs',
  idp: parseIdpMetadata(idp.metadata(), { now: NOW }),
  forceAuthn: false,
  decryptionKeys: [TEST_SP_KEY.privateKey, TEST_SP_NEXT_KEY.privateKey],
};
const certificate = TEST_SP_KEY.certificate;
const SECRET = 'plaintext-that-nobody-sees';

/** The whole error that an encrypted message is refused with. */
async function refusal(encrypt: EncryptOptions, change: Partial<TestResponse> = {}): Promise<SamlError> {
  const answer: TestResponse = { connection, inResponseTo: '_r', nameId: SECRET, now: NOW, encrypt, ...change };
  const refused = await verifyResponse({ unverifiedResponse: idp.respond(answer), connection, now: NOW }).catch(
    (error: unknown) => error,
  );
  if (refused instanceof SamlError) return refused;
  throw new Error('it was accepted');
}

const plaintext = (text: string) => ({ mutate: { plaintext: () => text } });

/** Everything that can go wrong before a signature was verified. */
const FAILURES: readonly (readonly [string, EncryptOptions, Partial<TestResponse>])[] = [
  ['another key', { certificate: TEST_OTHER_KEY.certificate }, {}],
  ['a changed encrypted key', { certificate, spoil: 'key' }, {}],
  ['a changed encrypted key, hashes of two kinds', { certificate, spoil: 'key', digest: 'sha256' }, {}],
  ['a changed ciphertext', { certificate, spoil: 'ciphertext' }, {}],
  ['a content key that is too short', { certificate, contentKey: Buffer.alloc(16) }, {}],
  ['no XML', { certificate }, plaintext(`${SECRET} <`)],
  ['no UTF-8', { certificate }, plaintext(`<a>${SECRET}\0</a>`)],
  ['XML with a DOCTYPE', { certificate }, plaintext(`<!DOCTYPE ${SECRET}><a/>`)],
  ['XML with an unknown prefix', { certificate }, plaintext(`<${SECRET}:a/>`)],
];

describe('a decryption that fails before a signature was verified', () => {
  it.each(FAILURES)('gives one answer: %s', async (_what, encrypt, change) => {
    const { code, message, detail, cause } = await refusal(encrypt, change);
    const expected = await refusal({ certificate: TEST_OTHER_KEY.certificate });
    expect({ code, message, detail, cause }).toEqual({
      code: 'decryption_failed',
      message: expected.message,
      detail: {},
      cause: undefined,
    });
  });

  it.each(FAILURES)('takes the same steps: %s', async (_what, encrypt, change) => {
    const answer: TestResponse = { connection, inResponseTo: '_r', nameId: SECRET, now: NOW, encrypt, ...change };
    const unverifiedResponse = idp.respond(answer);
    const [rsa, aes] = [jest.spyOn(crypto, 'privateDecrypt'), jest.spyOn(crypto, 'createDecipheriv')];
    try {
      await expect(verifyResponse({ unverifiedResponse, connection, now: NOW })).rejects.toThrow(SamlError);
      // each of our two keys, and with each a content key, be it a random one
      expect([rsa.mock.calls.length, aes.mock.calls.length]).toEqual([2, 2]);
      for (const [cipher, key] of aes.mock.calls) expect([cipher, (key as Buffer).length]).toEqual(['aes-256-gcm', 32]);
    } finally {
      rsa.mockRestore();
      aes.mockRestore();
    }
  });

  it.each(['aes128-cbc', 'aes192-cbc', 'aes256-cbc'] as const)(
    'touches no key for %s, where nothing vouches for the bytes',
    async (cipher) => {
      const rsa = jest.spyOn(crypto, 'privateDecrypt');
      try {
        const { code } = await refusal({ certificate, cipher });
        expect([code, rsa.mock.calls.length]).toEqual(['encryption_needs_signed_response', 0]);
        const changed = {
          sign: 'response',
          mutate: { signed: (xml: string) => xml.replace('<saml:Encrypted', ' $&') },
        } as const;
        expect([(await refusal({ certificate, cipher }, changed)).code, rsa.mock.calls.length]).toEqual([
          'signature_invalid',
          0,
        ]);
      } finally {
        rsa.mockRestore();
      }
    },
  );
});

describe('what is refused of a plaintext', () => {
  it.each([
    ['xml_doctype', 'response', `<!DOCTYPE ${SECRET}><a/>`],
    ['xml_malformed', 'response', `<${SECRET}:a/>`],
    ['assertion_missing', 'response', `<a-${SECRET}/>`],
    ['id_missing', 'none', `<saml:Assertion xmlns:saml="${NS.assertion}" ID="${SECRET} "/>`],
    ['id_missing', 'none', `<saml:Assertion xmlns:saml="${NS.assertion}"/>`],
    ['signature_missing', 'none', `<saml:Assertion xmlns:saml="${NS.assertion}" ID="_a">${SECRET}</saml:Assertion>`],
  ] as const)('is named (%s, signed: %s), and never quoted', async (expected, sign, text) => {
    const { code, message, detail, stack } = await refusal({ certificate }, { sign, ...plaintext(text) });
    expect(code).toBe(expected);
    expect(JSON.stringify({ message, detail, stack })).not.toContain(SECRET);
  });

  it('has the limits of a message', async () => {
    const deep = '<a>'.repeat(41) + '</a>'.repeat(41);
    expect((await refusal({ certificate }, { sign: 'response', ...plaintext(deep) })).code).toBe('xml_too_deep');
    const wide = `<a>${'<b/>'.repeat(2000)}</a>`;
    expect((await refusal({ certificate }, { sign: 'response', ...plaintext(wide) })).code).toBe(
      'xml_too_many_elements',
    );
  });
});

describe('an EncryptedAssertion', () => {
  const open = (xml: string, changed: Partial<SamlConnection> = {}) =>
    openAssertion(parseXml(xml, MESSAGE_LIMITS), { ...connection, ...changed }, true).localName;
  const encrypted = (options: Partial<EncryptOptions> = {}) => encryptXml('<a/>', { certificate, ...options });
  const spoilt = (from: string | RegExp, to: string, options?: Partial<EncryptOptions>) => () =>
    open(encrypted(options).replace(from, to));

  it.each([
    ['aes128-gcm', 'inside'],
    ['aes256-gcm', 'retrieved'],
    ['aes128-cbc', 'named'],
    ['aes192-cbc', 'beside'],
    ['aes256-cbc', 'inside'],
  ] as const)('opens: %s, key %s', (cipher, key) => {
    expect(open(encrypted({ cipher, key }))).toBe('a');
  });

  it('is opened by the second of several EncryptedKeys, and by the second of our keys', () => {
    const foreign = /<xenc:EncryptedKey[\s\S]*<\/xenc:EncryptedKey>/.exec(
      encrypted({ certificate: TEST_OTHER_KEY.certificate }),
    );
    const both = encrypted({ cipher: 'aes128-cbc' }).replace('<ds:KeyInfo>', `<ds:KeyInfo>${foreign?.[0]}`);
    expect(open(both)).toBe('a');
    expect(open(encrypted({ certificate: TEST_SP_NEXT_KEY.certificate, cipher: 'aes256-cbc' }))).toBe('a');
    expect(() => open(encrypted({ certificate: TEST_OTHER_KEY.certificate, cipher: 'aes256-cbc' }))).toThrow(SamlError);
  });

  it('is never what a wrong key makes of it, though in CBC every sixteenth text has a padding that looks right', () => {
    const xml = encrypted({ certificate: TEST_SP_NEXT_KEY.certificate, cipher: 'aes128-cbc' });
    for (let round = 0; round < 100; round += 1) expect(open(xml)).toBe('a');
  });

  it.each([
    ['another Type', 'encryption_malformed', spoilt('#Element"', '#Content"')],
    ['no EncryptionMethod', 'encryption_malformed', spoilt(/<xenc:EncryptionMethod Algorithm="[^"]*gcm"\/>/, '')],
    ['two CipherData', 'encryption_malformed', spoilt(/<xenc:CipherData>.*?<\/xenc:CipherData>/, '$&$&')],
    [
      'a parameter of the cipher',
      'encryption_malformed',
      spoilt(/(gcm")\/>/, '$1><xenc:KeySize>1</xenc:KeySize></xenc:EncryptionMethod>'),
    ],
    ['no base64', 'encryption_malformed', spoilt(/<xenc:CipherValue>/g, '$&!')],
    [
      'something else beside',
      'encryption_malformed',
      spoilt('</saml:EncryptedAssertion>', '<a/></saml:EncryptedAssertion>'),
    ],
    ['no EncryptedKey', 'encrypted_key_missing', spoilt(/<ds:KeyInfo>.*<\/ds:KeyInfo>/, '')],
    [
      'a label',
      'encryption_malformed',
      spoilt('<ds:DigestMethod', '<xenc:OAEPparams>AA==</xenc:OAEPparams>$&', { digest: 'sha1' }),
    ],
    [
      'an unknown mask',
      'encryption_algorithm_not_allowed',
      spoilt('mgf1sha256', 'mgf1md5', { transport: 'rsa-oaep', mgf1: 'sha256' }),
    ],
    [
      'a ciphertext that is too short',
      'decryption_failed',
      spoilt(/(<\/ds:KeyInfo>.*<xenc:CipherValue>)[^<]*/, '$1AAAA'),
    ],
    [
      'a transform of the pointer',
      'encrypted_key_missing',
      spoilt(/(<ds:RetrievalMethod[^>]*)\/>/, '$1><ds:Transforms/></ds:RetrievalMethod>', { key: 'retrieved' }),
    ],
  ])('is refused with %s', (_what, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});
