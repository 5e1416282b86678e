import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Passwords of breaches, most frequent first, in lower case: data of a package, read at the first use (40,000 texts). */
const LIST = '@zxcvbn-ts/language-common/src/passwords.json';

let known: ReadonlySet<string> | undefined;

/**
 * Whether a password is among those that attackers try first: one of the list in any case, alone or with digits and signs around
 * it (`Dragon2026!`), or what names the person and the organization.
 * @param own the organization's names, the address and its local part
 */
export function isKnownPassword(password: string, own: readonly string[]): boolean {
  known ??= readList();
  const folded = password.normalize('NFC').toLowerCase();
  const core = folded.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const names = own.map((name) => name.toLowerCase()).filter((name) => name.length > 0);
  return [folded, core].some((text) => known?.has(text) === true || names.includes(text));
}

function readList(): ReadonlySet<string> {
  const path = createRequire(import.meta.url).resolve(LIST);
  return new Set(JSON.parse(readFileSync(path, 'utf8')) as readonly string[]);
}
