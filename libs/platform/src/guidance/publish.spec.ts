import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { guidanceDocs } from './index.ts';

const root = join(import.meta.dirname, '../../../..');

/** Published pages are made from the catalogue and the vendors' facts; UPDATE_CASES=1 writes them. */
it.each(guidanceDocs())('%s is what the facts say', (path, text) => {
  const file = join(root, path);
  if (process.env['UPDATE_CASES'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'no such file; run with UPDATE_CASES=1').toBe(text);
});
