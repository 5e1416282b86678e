import { isListed } from './known-passwords.ts';

/** What people press one after the other; both ways. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '012345678901234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
].flatMap((row) => [row, backwards(row)]);

/** A row of keys counts from this length on. */
const RUN = 4;

/** Whatever is repeated in units of so many characters is tried soon. */
const SHORT_UNIT = 4;

/** So many letters beside a name or a row make no password. */
const FEW_LETTERS = 2;

/** Signs that stand for letters in what people take for a trick. */
const DISGUISES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * Whether a password is among those that attackers try first (NIST SP 800-63B-4 §3.1.1.2): one of a list, in any case, disguised or
 * backwards; names of the person, the organization and the product, alone or beside one of the list; rows of keys; each of them repeated,
 * and with whatever digits and signs around. Several words that differ are none of these. Its work grows with the square of the length,
 * which the caller has bounded.
 * @param own names that say nothing secret, as `ownWords` makes them
 */
export function isGuessable(password: string, own: readonly string[]): boolean {
  const folded = password.normalize('NFC').toLowerCase();
  const core = coreOf(folded);
  const forms = [folded, undisguised(folded.replace(/[^\p{L}]+$/u, '')), undisguised(core), backwards(core)];
  return forms.some((form) => isTrivial(form, own));
}

/**
 * Names in lower case, and their parts from three letters on; the longest first.
 * @param names such as `Acme Corporation`, `eve.adams@acme.com`
 */
export function ownWords(names: readonly (string | undefined)[]): readonly string[] {
  const words = names.flatMap((name = '') => {
    const folded = name.normalize('NFC').toLowerCase();
    return [folded, ...folded.split('@'), ...folded.split(/[^\p{L}\p{N}]+/u)];
  });
  return [...new Set(words)].filter((word) => word.length > 2).toSorted((a, b) => b.length - a.length);
}

function isTrivial(text: string, own: readonly string[]): boolean {
  if (isListed(text) || isListed(coreOf(text))) return true;
  const unit = unitOf(text);
  if (unit.length < text.length) return unit.length <= SHORT_UNIT || isTrivial(unit, own);
  const rest = withoutRows(withoutNames(text, own));
  const words = new Set((rest.match(/\p{L}+/gu) ?? []).map(unitOf).filter((word) => !own.includes(word)));
  const letters = [...words].join('').length;
  if (letters <= FEW_LETTERS) return rest !== text || own.includes(coreOf(text));
  return words.size === 1 && [...words].every(isListed);
}

/** Short names count where they stand by themselves alone: `eve` is not in `never`. */
function withoutNames(text: string, own: readonly string[]): string {
  return own.filter(({ length }) => length > 3).reduce((rest, name) => rest.replaceAll(name, ' '), text);
}

function withoutRows(text: string): string {
  let rest = '';
  for (let at = 0; at < text.length;) {
    const length = runAt(text, at);
    rest += length >= RUN ? ' ' : text[at];
    at += length >= RUN ? length : 1;
  }
  return rest;
}

/** How many characters from here on follow each other in some row; 0 or 1 for none. */
function runAt(text: string, from: number): number {
  let to = from;
  while (to < text.length && ROWS.some((row) => row.includes(text.slice(from, to + 1)))) to += 1;
  return to - from;
}

/** The shortest beginning that, repeated, makes the text; the text itself when there is none. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.startsWith(text.slice(length))) return text.slice(0, length);
  }
  return text;
}

/** Without digits and signs at both ends. */
function coreOf(text: string): string {
  return text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

function undisguised(text: string): string {
  return Array.from(text, (sign) => DISGUISES[sign] ?? sign).join('');
}

function backwards(text: string): string {
  return Array.from(text).toReversed().join('');
}
