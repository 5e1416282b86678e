import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Data of a package, all in lower case: passwords of breaches (49,000), and words of which people make some (8,000). */
const LISTS = ['passwords', 'diceware'].map((name) => `@zxcvbn-ts/language-common/src/${name}.json`);

let known: ReadonlySet<string> | undefined;

/** Whether exactly this is among what attackers try first. @param text in lower case. Reads the lists at the first use */
export function isListed(text: string): boolean {
  known ??= new Set(LISTS.flatMap(readList));
  return known.has(text);
}

function readList(name: string): readonly string[] {
  const path = createRequire(import.meta.url).resolve(name);
  return JSON.parse(readFileSync(path, 'utf8')) as readonly string[];
}
