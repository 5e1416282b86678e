import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A committed file of this library. UPDATE_CASES=1 writes `actual` to it first, for a person to review the difference. */
export function committedFile(path: string, actual: string): string {
  const file = join(ROOT, path);
  if (process.env['UPDATE_CASES'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  return readFileSync(file, 'utf8');
}
