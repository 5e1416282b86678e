import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformance, readParts } from './scim-conformance/conformance.mjs';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/scim-conformance.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| [A-Z]\d+ \|/.test(line))
  .map((line) => line.slice(2, -2).split(/ \| /))
  .map(([id = '', source, mode, statement, shownBy = '']) => ({ id, said: [id, source, mode, statement], shownBy }));

describe('docs/scim-conformance.md', () => {
  it('has every statement as it stands in tools/scim-conformance', () => {
    const stated = readParts('statements.txt').flatMap(({ rows: all }) => all);
    expect(rows.map(({ said }) => said)).toEqual(stated.map((row) => row.map((cell) => cell.replaceAll('<', '&lt;'))));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it.each(rows)('$id is shown by tests that there are', ({ shownBy }) => {
    for (const reference of shownBy.split('<br>')) {
      const [, path = '', title = ''] = /^`([^`]+)`(?: › (.*))?$/.exec(reference) ?? [];
      const exists = path !== '' && existsSync(join(root, path));
      const text = exists ? readFileSync(join(root, path), 'utf8') : '';
      const named = title.replaceAll('&lt;', '<').replaceAll(String.raw`\|`, '|');
      expect({ reference, exists, named: text.includes(named) }).toEqual({ reference, exists: true, named: true });
    }
  });

  it('profiles name statements that there are', () => {
    const ids = new Set(rows.map(({ id }) => id));
    const named = readParts('profiles.txt').flatMap(({ rows: all }) => all.flatMap((row) => row[2]?.split(' ') ?? []));
    expect(named.filter((id) => id !== '' && !ids.has(id))).toEqual([]);
  });

  it('leaves no statement without a test', () => expect(conformance().missing).toEqual([]));
});
