import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';

import { SamlError } from '../errors.ts';
import { cutting, flipping, moving, respelling, type Mutation } from '../testing/mutate-response.ts';
import { randomXml } from '../testing/random-xml.ts';
import { readingOf, saxesReading, type Reading } from '../testing/saxes-reading.ts';
import { xmlOfPieces } from '../testing/xml-pieces.ts';
import { MESSAGE_LIMITS, parseXml, type XmlLimits } from './parse-xml.ts';

/*
 * parseXml against saxes: what it takes, saxes takes, and reads the same. What it refuses as malformed, saxes refuses too,
 * save names that begin like xmlns and namespaces, where it is stricter by rule. The suite takes the same documents each
 * time; `FUZZ_RUNS=100000 FUZZ_SEED=<any>` looks further.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000);
const SEED = { seed: Number(process.env.FUZZ_SEED ?? 7) };
const TIMEOUT_MS = 20_000 + RUNS * 10;

/** Refusals by a rule of ours: namespaces that saxes does not look into, and what a document may cost. */
const RULES = /^xml_(?:namespace|attribute_name|too_)/;

const seen = { accepted: 0, malformed: 0, rule: 0 };

function compare(text: string, limits: XmlLimits): void {
  const expected = saxesReading(text, limits.comments);
  const read = outcomeOf(text, limits);
  if (typeof read === 'string') {
    seen[RULES.test(read) ? 'rule' : 'malformed']++;
    if (RULES.test(read) || expected === undefined) return;
  } else {
    seen.accepted++;
    if (isDeepStrictEqual(read, expected)) return;
  }
  expect({ text, read }).toEqual({ text, read: expected });
}

/** What was read, or the code of what refused. */
function outcomeOf(text: string, limits: XmlLimits): Reading | string {
  try {
    return readingOf(parseXml(text, limits));
  } catch (error) {
    if (error instanceof SamlError) return error.code;
    throw error;
  }
}

/** All of Latin, Greek and Cyrillic, and the edges of what XML 2.2 and 2.3 name beyond. */
const CODE_POINTS = [
  ...Array(0x500).keys(),
  0x1fff,
  0x200b,
  0x200d,
  0x2028,
  0x203f,
  0x2040,
  0x206f,
  0x2070,
  0x218f,
  0x2190,
  0x2bff,
  0x2c00,
  0x2fef,
  0x2ff0,
  0x3000,
  0x3001,
  0xd7ff,
  0xd800,
  0xdbff,
  0xdc00,
  0xdfff,
  0xe000,
  0xf8ff,
  0xf900,
  0xfdcf,
  0xfdd0,
  0xfdef,
  0xfdf0,
  0xfeff,
  0xfffd,
  0xfffe,
  0xffff,
  0x10000,
  0xeffff,
  0xf0000,
  0x10fffe,
  0x10ffff,
  0x110000,
];

const DIALECTS = join(import.meta.dirname, '../../cases/idps');
const messages = readdirSync(DIALECTS).flatMap((folder) =>
  ['response.xml', 'assertion.xml'].map((file) => readFileSync(join(DIALECTS, folder, file), 'utf8')),
);
const limits = fc
  .record({ comments: fc.constantFrom('refuse', 'skip'), undeclarations: fc.constantFrom('refuse', 'take') })
  .map((choices) => ({ ...MESSAGE_LIMITS, ...choices }) as XmlLimits);

const mutated = (documents: fc.Arbitrary<string>, mutations: fc.Arbitrary<Mutation | ((xml: string) => Buffer)>) =>
  fc.tuple(documents, mutations).map(([text, mutate]) => String(mutate(text)));
const message = fc.constantFrom(...messages);
const random = randomXml({ rebinding: true });

describe('parseXml and saxes', () => {
  it.each([
    ['random documents', random, 0.1],
    ['pieces of XML', xmlOfPieces, 0.4],
    ['random documents after cuts', mutated(random, cutting), 0.2],
    ['messages after cuts', mutated(message, cutting), 0.1],
    ['messages with a byte flipped', mutated(message, flipping), 0.05],
    ['messages with tags moved', mutated(message, moving), 0.05],
    ['messages spelt otherwise', mutated(message, respelling), 0.1],
  ])(
    'read the same: %s',
    (_what, documents, share) => {
      const law = fc.property(documents, limits, compare);
      expect(fc.check(law, { numRuns: Math.ceil(RUNS * share), ...SEED })).toMatchObject({
        failed: false,
        counterexample: null,
      });
    },
    TIMEOUT_MS,
  );

  it('took and refused enough for that to say something', () => {
    expect(seen.accepted).toBeGreaterThan(RUNS / 5);
    expect(seen.malformed).toBeGreaterThan(RUNS / 5);
    expect(seen.rule).toBeGreaterThan(RUNS / 100);
  });

  it(
    'read every character the same, in names, values, texts and references',
    () => {
      const before = seen.accepted;
      for (const codePoint of CODE_POINTS) {
        const isScalar = codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
        const character = isScalar ? String.fromCodePoint(codePoint) : '';
        const reference = `<a b="&#${codePoint};">&#x${codePoint.toString(16)};</a>`;
        compare(reference, MESSAGE_LIMITS);
        if (!isScalar) continue;
        for (const text of [`<${character}/>`, `<a${character}/>`, `<a b="${character}"/>`, `<a>${character}</a>`])
          compare(text, MESSAGE_LIMITS);
      }
      expect(seen.accepted - before).toBeGreaterThan(CODE_POINTS.length);
    },
    TIMEOUT_MS,
  );

  it.each(['\ud800', '\udc00', '\udc00\ud800', 'a\ud83d'])('refuses text that is no Unicode: %j', (text) => {
    expect(() => parseXml(`<a>${text}</a>`, MESSAGE_LIMITS)).toThrow(SamlError);
  });
});
