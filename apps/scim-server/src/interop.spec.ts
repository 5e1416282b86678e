import { readScripts } from './testing/scripts.ts';

const STATEMENT = /^[DHECPXFSGAVLBMTW]\d{1,2}$/;

describe.each(['interop', 'statements'] as const)('scripts of %s', (folder) => {
  const scripts = readScripts(folder);

  it.each(scripts)('%s says where it is from and what it shows', (name, { title, source, statements, exchanges }) => {
    expect(title).not.toBe('');
    expect(source === '' && name.startsWith('interop')).toBe(false);
    expect(statements.filter((id) => !STATEMENT.test(id))).toEqual([]);
    expect(statements.length).toBeGreaterThan(0);
    expect(exchanges.length).toBeGreaterThan(0);
  });
});

it('has a folder for every behaviour of a real client', () => {
  const numbers = new Set(readScripts('interop').map(([name]) => Number(/^interop\/(\d\d)-/.exec(name)?.[1])));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
});
