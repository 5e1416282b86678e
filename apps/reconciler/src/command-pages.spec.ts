import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPages } from './command-pages.ts';

const root = join(import.meta.dirname, '../../..');
const folder = 'docs/commands';

/** UPDATE_CASES=1 writes the pages. */
describe('docs/commands', () => {
  const pages = commandPages();
  if (process.env['UPDATE_CASES'] === '1') {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
    for (const [path, text] of pages) writeFileSync(join(root, path), text);
  }

  it('has a page for every command, and no other', () => {
    const found = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
    expect(found.sort()).toEqual(pages.map(([path]) => path).sort());
  });

  it.each(pages)('%s is what the code says', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });
});
