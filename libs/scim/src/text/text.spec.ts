import { compareText } from './compare-text.ts';
import { readDateTime } from './date-time.ts';
import { normalizeKey } from './normalize-key.ts';

/** Every code point that can stand in a text. */
function* codePoints(): Generator<string> {
  for (let point = 1; point <= 0x10ffff; point += 1)
    if (point < 0xd800 || point > 0xdfff) yield String.fromCodePoint(point);
}

describe('normalizeKey', () => {
  it.each([
    ['Bob', 'BOB'],
    ['straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['Ｂｏｂ', 'bob'],
    ['e\u0301', 'É'],
    ['ﬁnance', 'FINANCE'],
  ])('makes %s and %s one', (left, right) => {
    expect(normalizeKey(left)).toBe(normalizeKey(right));
  });

  it('keeps different texts apart', () => {
    expect(normalizeKey('bob ')).not.toBe(normalizeKey('bob'));
    expect(normalizeKey('é')).not.toBe(normalizeKey('e'));
  });

  it('is idempotent for every character, so a key may be normalized again', () => {
    const unstable = [...codePoints()].filter((text) => normalizeKey(normalizeKey(text)) !== normalizeKey(text));
    expect(unstable).toEqual([]);
  });
});

it('compareText orders as UTF-8 bytes do', () => {
  const texts = [
    '',
    'a',
    'ab',
    'b',
    'B',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
    'a\u{10000}',
    'a\uffff',
  ];
  const bytes = texts.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  expect(texts.toSorted(compareText)).toEqual(bytes);
});

describe('readDateTime', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.1', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02T03:04:05.1239999Z', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02t03:04:05-00:30', '2026-01-02T03:34:05.000Z'],
  ])('F8 %s is an instant', (text, instant) => {
    expect(new Date(readDateTime(text) ?? Number.NaN).toISOString()).toBe(instant);
  });

  it.each([
    '',
    '2026-01-02',
    '2026-13-02T03:04:05Z',
    '2026-02-30T03:04:05Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:05+15:00',
    'now',
  ])('T8 %j is none', (text) => {
    expect(readDateTime(text)).toBeUndefined();
  });
});
