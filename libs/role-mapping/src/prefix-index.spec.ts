import fc from 'fast-check';
import { PrefixIndex } from './prefix-index.ts';

describe('PrefixIndex', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '😀'), maxLength: 5 });

  it('finds exactly the prefixes that a value starts with', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text), text, (prefixes, value) => {
        const index = new PrefixIndex(new Map(prefixes.map((prefix, place) => [prefix, [place]])));
        const found: string[] = [];
        index.visit(value, (place) => found.push(prefixes[place] ?? ''));
        expect(new Set(found)).toEqual(new Set(prefixes.filter((prefix) => value.startsWith(prefix))));
        expect(new Set(found).size).toBe(found.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
