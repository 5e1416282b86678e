import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { parseIdpMetadata, SamlError, verifyResponse, type SamlConnection } from '../index.ts';
import { DISAGREEMENTS, disagreementOf, type Verdict } from '../testing/disagreements.ts';
import {
  TEST_EC_KEY,
  TEST_EC_P384_KEY,
  TEST_IDP_KEY,
  TEST_OTHER_KEY,
  TEST_SP_KEY,
  TEST_SP_NEXT_KEY,
  TestIdp,
  type TestResponse,
} from '../testing/index.ts';
import { cutting, flipping, moving, respelling } from '../testing/mutate-response.ts';
import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS } from './algorithms.ts';

/*
 * The strict verifier against node-saml over generated and mutated messages. The suite takes the same ones each
 * time, of a seed that reaches every rule; `FUZZ_RUNS=10000 FUZZ_SEED=<any>` looks further.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = { seed: Number(process.env.FUZZ_SEED ?? 7) };
const TIMEOUT_MS = 20_000 + RUNS * 40;

const NOW = new Date('2026-03-01T12:00:00Z');
const idp = new TestIdp();
const connectionTo = (...certificates: readonly string[]): SamlConnection => ({
  id: 'org/idp',
  spEntityId: 'https://login.example/saml/acme/idp/metadata',
  acsUrl: 'https://login.example/saml/acme/idp/acs',
  idp: { ...parseIdpMetadata(idp.metadata(), { now: NOW }), signingCertificates: certificates },
  forceAuthn: false,
  decryptionKeys: [TEST_SP_NEXT_KEY.privateKey, TEST_SP_KEY.privateKey],
});
const rsa = connectionTo(TEST_OTHER_KEY.certificate, TEST_IDP_KEY.certificate);
const elliptic = connectionTo(TEST_EC_KEY.certificate, TEST_EC_P384_KEY.certificate);

const DIALECTS = join(import.meta.dirname, '../../cases/idps');
const template = (folder: string, file: string) => readFileSync(join(DIALECTS, folder, file), 'utf8').trim();
const templates = readdirSync(DIALECTS).map((folder) => ({
  response: template(folder, 'response.xml'),
  assertion: template(folder, 'assertion.xml'),
}));

/** Characters that escaping, white space and Unicode make interesting, in any value that an IdP may send. */
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...Array.from('ab@. <>&"\'\r\n\té\u{1F600}\u202e]')),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
  maxLength: 12,
});
const sign = fc.constantFrom('assertion', 'response', 'both') satisfies fc.Arbitrary<TestResponse['sign']>;

/** For either of our keys, and sometimes for nobody of ours; half of it in the one way that node-saml knows. */
const encrypt = fc
  .record({
    to: fc.constantFrom(TEST_SP_KEY, TEST_SP_KEY, TEST_SP_NEXT_KEY, TEST_OTHER_KEY),
    common: fc.boolean(),
    cipher: fc.constantFrom('aes128-gcm', 'aes256-gcm', 'aes128-cbc', 'aes192-cbc', 'aes256-cbc'),
    transport: fc.constantFrom('rsa-oaep-mgf1p', 'rsa-oaep'),
    digest: fc.option(fc.constantFrom('sha1', 'sha256'), { nil: undefined }),
    key: fc.constantFrom('inside', 'retrieved', 'named', 'beside'),
    spoil: fc.option(fc.constantFrom('ciphertext', 'key'), { nil: undefined, freq: 6 }),
  })
  .map(({ to, common, cipher, transport, digest, key, spoil }): TestResponse['encrypt'] => {
    const usual = { cipher: cipher === 'aes192-cbc' ? 'aes256-gcm' : cipher, spoil } as const;
    const options = common ? usual : ({ cipher, transport, digest, key, spoil } as const);
    return { certificate: to.certificate, ...options };
  });

interface Message {
  readonly xml: string;
  readonly connection: SamlConnection;
}

const parts = {
  sign,
  nameId: value,
  attributes: fc.dictionary(
    value.filter((name) => !name.startsWith('__')),
    fc.array(value, { maxLength: 3 }),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  ),
  template: fc.option(fc.constantFrom(...templates), { nil: undefined }),
  algorithm: fc.constantFrom(...SIGNATURE_ALGORITHMS.keys()),
  common: fc.boolean(),
  digest: fc.constantFrom(...DIGEST_ALGORITHMS.keys()),
  prefixList: fc.subarray(['xs', 'xsi', 'saml', 'samlp', 'saml2', 'ds']),
  curve: fc.constantFrom(TEST_EC_KEY, TEST_EC_P384_KEY),
};

type Parts = {
  readonly [Name in keyof typeof parts]: (typeof parts)[Name] extends fc.Arbitrary<infer Value> ? Value : never;
} & {
  readonly encrypt?: TestResponse['encrypt'];
};

const made = ({ algorithm, common, digest, prefixList, curve, ...answer }: Parts): Message => {
  const isElliptic = !common && SIGNATURE_ALGORITHMS.get(algorithm)?.keyType === 'ec';
  const signature = common ? { prefixList } : { algorithm, digest, prefixList, key: isElliptic ? curve : TEST_IDP_KEY };
  const to = { connection: rsa, inResponseTo: '_request', assertionId: '_a', responseId: '_r', now: NOW };
  return { xml: idp.respondXml({ ...to, ...answer, signature }), connection: isElliptic ? elliptic : rsa };
};

const message = fc.record(parts).map(made);
const encryptedMessage = fc.record({ ...parts, encrypt }).map(made);

async function verdictOf(bytes: string | Buffer, connection: SamlConnection, verifier: 'strict' | 'node-saml') {
  const unverifiedResponse = Buffer.from(bytes as string).toString('base64');
  try {
    const assertion = await verifyResponse({ unverifiedResponse, connection, now: NOW, verifier });
    return { accepted: JSON.stringify({ ...assertion, attributes: [...assertion.attributes] }) };
  } catch (error) {
    if (error instanceof SamlError) return { code: error.code };
    throw error;
  }
}

/** Signing costs more than verifying: each of these is mutated many times. */
const signed = fc.sample(message, { numRuns: Math.min(200, Math.ceil(RUNS / 40)), ...SEED });

const seen = new Map<string, number>();
const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

async function expectExplained(bytes: string | Buffer, connection: SamlConnection): Promise<void> {
  const strict: Verdict = await verdictOf(bytes, connection, 'strict');
  const nodeSaml: Verdict = await verdictOf(bytes, connection, 'node-saml');
  const rule = disagreementOf(strict, nodeSaml)?.rule;
  expect(rule ?? { verdict: strict, bytes }).toEqual(rule ?? { verdict: nodeSaml, bytes });
  count(rule ?? ('code' in strict ? 'both refuse' : 'both accept'));
  if ('accepted' in strict && 'accepted' in nodeSaml && bytes.includes('EncryptedAssertion')) count('both decrypt');
}

describe('the strict verifier and node-saml', () => {
  it(
    'agree on generated messages',
    async () => {
      const law = fc.asyncProperty(message, ({ xml, connection }) => expectExplained(xml, connection));
      await expect(fc.assert(law, { numRuns: Math.ceil(RUNS / 20), ...SEED })).resolves.toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it(
    'agree on encrypted messages, also on changed ones',
    async () => {
      const unchanged = fc.constant((xml: string) => xml);
      const law = fc.asyncProperty(
        encryptedMessage,
        fc.oneof({ weight: 4, arbitrary: unchanged }, cutting, flipping, moving),
        ({ xml, connection }, mutate: (xml: string) => string | Buffer) => expectExplained(mutate(xml), connection),
      );
      await expect(fc.assert(law, { numRuns: Math.ceil(RUNS / 10), ...SEED })).resolves.toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it.each([
    ['another spelling', respelling, 0.15],
    ['cuts and insertions', cutting, 0.45],
    ['a flipped byte', flipping, 0.2],
    ['moved and copied tags', moving, 0.2],
  ] as const)(
    'agree on messages after %s',
    async (_what, mutations, share) => {
      const law = fc.asyncProperty(
        fc.constantFrom(...signed),
        mutations as fc.Arbitrary<(xml: string) => string | Buffer>,
        ({ xml, connection }, mutate) => expectExplained(mutate(xml), connection),
      );
      await expect(fc.assert(law, { numRuns: Math.ceil(RUNS * share), ...SEED })).resolves.toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it('accepted, refused and differed by every rule, so that none of it went untried', () => {
    const untried = ['both accept', 'both refuse', 'both decrypt', ...DISAGREEMENTS.map(({ rule }) => rule)].filter(
      (what) => !seen.has(what),
    );
    expect(untried).toEqual([]);
    expect(seen.get('both accept')).toBeGreaterThan(RUNS / 40);
    expect(seen.get('both refuse')).toBeGreaterThan(RUNS / 20);
  });
});
