import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScript } from './script.ts';
import type { Script } from './script.ts';

const CASES = join(import.meta.dirname, '../../cases');

/** Every script below a folder of cases, by its path without `.http`. */
export function readScripts(
  folder: 'interop' | 'statements' | 'rolecall',
): readonly (readonly [name: string, script: Script])[] {
  return globSync(`${folder}/**/*.http`, { cwd: CASES })
    .sort()
    .map((file) => {
      try {
        return [file.replace(/\.http$/, ''), parseScript(readFileSync(join(CASES, file), 'utf8'))] as const;
      } catch (error) {
        throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
      }
    });
}
