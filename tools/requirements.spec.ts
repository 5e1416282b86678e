import { expectationsOf, missing } from './shown-by.ts';

describe.each(['docs/requirements.md', 'docs/security-checklist.md'])('%s', (page) => {
  const rows = expectationsOf(page);

  it('names expectations', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('$expectation', (row) => {
    expect(missing(row)).toEqual([]);
  });
});

it('docs/security-checklist.md has every number once, in order', () => {
  const numbers = expectationsOf('docs/security-checklist.md').map(({ expectation }) =>
    Number.parseInt(expectation, 10),
  );
  expect(numbers).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
});
