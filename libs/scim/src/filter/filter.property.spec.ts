import fc from 'fast-check';
import { ScimError } from '../errors.ts';
import { directorySchemas } from '../schema/registry.ts';
import { processorTime } from '../testing/processor-time.ts';
import { matches, searchView, type Searchable } from './evaluate.ts';
import { OPERATORS } from './filter.ts';
import { parseFilter } from './resolve.ts';

const { user } = directorySchemas({ mode: 'tolerant' });
const tolerant = { mode: 'tolerant' } as const;

const word = fc.constantFrom('a', 'B', 'ab', 'and', 'x) or (', '"', 'é', '');
const quoted = word.map((text) => JSON.stringify(text));
const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const text = fc.constantFrom('userName', 'title', 'externalId', 'emails.type', 'emails', 'name.givenName');
const term = fc.oneof(
  fc.tuple(text, operator, quoted).map((parts) => parts.join(' ')),
  text.map((path) => `${path} pr`),
  fc.boolean().map((active) => `active eq ${active}`),
  fc.tuple(quoted, quoted).map(([type, value]) => `emails[type eq ${type} and not (value co ${value})]`),
);
const filter = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    term,
    fc
      .tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any'))
      .map(([left, join, right]) => `(${left} ${join} ${right})`),
    tie('any').map((inner) => `not (${inner})`),
  ),
})).any;

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const person: fc.Arbitrary<Searchable> = fc.record({
  id: fc.constant('1'),
  meta: fc.constant({ created: new Date(0), lastModified: new Date(0) }),
  body: fc.record({
    userName: word,
    title: optional(word),
    externalId: optional(word),
    active: fc.boolean(),
    name: optional(fc.record({ givenName: word })),
    emails: optional(fc.array(fc.record({ type: optional(word), value: optional(word) }), { maxLength: 3 })),
  }),
});

function holds(written: string, who: Searchable): boolean {
  return matches(parseFilter(written, user, tolerant), searchView(who, user.type));
}

/** Depth is what a client may write; generated filters go beyond it now and then. */
function parses(...written: readonly string[]): boolean {
  try {
    return written.every((each) => parseFilter(each, user, tolerant));
  } catch {
    return false;
  }
}

it('F3 De Morgan, both ways, over arbitrary nesting', () => {
  fc.assert(
    fc.property(filter, filter, person, (a, b, who) => {
      fc.pre(parses(`not (${a} and ${b})`));
      expect(holds(`not (${a} and ${b})`, who)).toBe(holds(`not (${a}) or not (${b})`, who));
      expect(holds(`not (${a} or ${b})`, who)).toBe(holds(`not (${a}) and not (${b})`, who));
      expect(holds(`not (${a})`, who)).toBe(!holds(a, who));
    }),
    { numRuns: 2_000 },
  );
});

it('F2 and binds before or, whatever the terms are', () => {
  fc.assert(
    fc.property(term, term, term, person, (a, b, c, who) => {
      expect(holds(`${a} or ${b} and ${c}`, who)).toBe(holds(`${a} or (${b} and ${c})`, who));
      expect(holds(`${a} and ${b} or ${c}`, who)).toBe(holds(`(${a} and ${b}) or ${c}`, who));
    }),
    { numRuns: 1_000 },
  );
});

describe('F18 any text is a filter or a ScimError, at once', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '(',
            ')',
            '[',
            ']',
            '"',
            '\\',
            '.',
            ':',
            ' ',
            'and',
            'or',
            'not',
            'pr',
            'null',
            'urn:a:b',
            '__proto__',
          ),
          fc.constantFrom(...OPERATORS),
          text,
          quoted,
          fc.string({ maxLength: 4 }),
        ),
        { maxLength: 40 },
      )
      .chain((parts) => fc.constantFrom('', ' ').map((separator) => parts.join(separator))),
    filter,
  );

  it('10,000 random ones', () => {
    fc.assert(
      fc.property(noise, fc.constantFrom('tolerant', 'strict'), person, (written, mode, who) => {
        const view = searchView(who, user.type);
        const before = JSON.stringify(view);
        expectScim(() => matches(parseFilter(written, user, { mode }), view));
        expect(JSON.stringify(view)).toBe(before);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    '(',
    '[',
    'not (',
    'a[',
    '"',
    '\\"',
    'a:',
    'a.',
    ' ',
    'title pr or ',
    'title pr and (',
    'emails[type eq "a"].',
    '"\\u0041" ',
  ])('%j as often as it fits', (part) => {
    const written = part.repeat(Math.floor(8192 / part.length));
    const time = processorTime(() => {
      expectScim(() => parseFilter(written, user, tolerant));
    });
    expect(time).toBeLessThan(100);
  });
});

function expectScim(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
  }
}
