import fc from 'fast-check';
import { isOrganizationGlob, matchesGlobs } from './organization-globs.ts';

it.each([
  ['acme', 'acme', true],
  ['acme', 'acme-eu', false],
  ['acme', 'xacme', false],
  ['eu-*', 'eu-acme', true],
  ['eu-*', 'eu-', true],
  ['eu-*', 'eu', false],
  ['eu-*', 'xeu-acme', false],
  ['*-eu', 'acme-eu', true],
  ['*-eu', 'acme-eu2', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'aXbbYc', true],
  ['a*b*c', 'ac', false],
  ['a*b*b', 'ab', false],
  ['*', 'anything', true],
])('%s and %s: %s', (glob, name, expected) => {
  expect(matchesGlobs([glob], name)).toBe(expected);
  expect(matchesGlobs(['nothing', glob], name)).toBe(expected);
});

it('opens nothing without a pattern', () => {
  expect(matchesGlobs([], 'acme')).toBe(false);
});

it('means what the same pattern means as a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, (glob, name) => {
      const expression = new RegExp(`^${glob.replaceAll('*', '.*')}$`);
      expect(matchesGlobs([glob], name)).toBe(expression.test(name));
    }),
  );
});

it.each(['acme', 'eu-*', '*', '*-eu', 'a*b'])('%s is a pattern', (glob) => {
  expect(isOrganizationGlob(glob)).toBe(true);
});

it.each(['', 'Acme', 'a_b', 'a%', '-a', 'a-', 'a**', 'a b', 'a'.repeat(64), 'a?', '[a]'])('%j is none', (glob) => {
  expect(isOrganizationGlob(glob)).toBe(false);
});
