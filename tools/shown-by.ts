import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A row of a table that says what is expected and which tests show it. */
export interface Expectation {
  readonly expectation: string;
  /** References, with `<br>` between them: a path, and perhaps `›` and a part of a title. */
  readonly shownBy: string;
}

/** The rows of every table of a page whose heading begins with `expectation`. */
export function expectationsOf(page: string): readonly Expectation[] {
  return readFileSync(join(root, page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|expectation)/.test(line))
    .map((line) => {
      const [expectation = '', shownBy = ''] = line.slice(2, -2).split(' | ');
      return { expectation, shownBy };
    });
}

/** What is wrong with the references of a row; nothing when each test is there. */
export function missing({ shownBy }: Expectation): readonly string[] {
  return shownBy.split('<br>').filter((reference) => {
    const [, path = '', title = ''] = /^`([^`]+)`(?: ›(.*))?$/.exec(reference) ?? [];
    const file = join(root, path);
    if (path === '' || !existsSync(file)) return true;
    return path.endsWith('.ts') && !readFileSync(file, 'utf8').includes(title.trim());
  });
}
