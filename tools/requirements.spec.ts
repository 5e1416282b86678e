import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Rows of docs/requirements.md: what is expected, and the tests that show it, each a path and perhaps a part of a title. */
const rows = readFileSync(join(root, 'docs/requirements.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:---|expectation)/.test(line))
  .map((line) => {
    const [expectation = '', shownBy = ''] = line.slice(2, -2).split(' | ');
    return { expectation, shownBy };
  });

describe('docs/requirements.md', () => {
  it('names expectations', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('$expectation', ({ shownBy }) => {
    for (const reference of shownBy.split('<br>')) {
      const [, path = '', title = ''] = /^`([^`]+)`(?: ›(.*))?$/.exec(reference) ?? [];
      const file = join(root, path);
      const exists = path !== '' && existsSync(file);
      const holdsTitle = !path.endsWith('.ts') || (exists && readFileSync(file, 'utf8').includes(title.trim()));
      expect({ reference, exists, holdsTitle }).toEqual({ reference, exists: true, holdsTitle: true });
    }
  });
});
