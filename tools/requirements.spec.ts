import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectationsOf, missing } from './shown-by.ts';

const root = join(import.meta.dirname, '..');

describe.each(['docs/requirements.md', 'docs/security-checklist.md'])('%s', (page) => {
  const rows = expectationsOf(page);

  it('names expectations', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('$expectation', (row) => {
    expect(missing(row)).toEqual([]);
  });
});

const CHECKLIST = expectationsOf('docs/security-checklist.md');

it.each(CHECKLIST)('a test carries the number of: $expectation', ({ expectation, shownBy }) => {
  const number = `security.md ${Number.parseInt(expectation, 10)})`;
  const files = [...shownBy.matchAll(/`([^`]+\.ts)`/g)].map(([, path = '']) => readFileSync(join(root, path), 'utf8'));
  expect(files.some((text) => text.includes(number))).toBe(true);
});

it('docs/security-checklist.md has every number once, in order', () => {
  const numbers = CHECKLIST.map(({ expectation }) => Number.parseInt(expectation, 10));
  expect(numbers).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
});
