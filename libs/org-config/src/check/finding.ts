import { closest, distance } from 'fastest-levenshtein';
import type { Json } from '../document.ts';
import { keysOf } from '../json.ts';

/** Something wrong at a place of a document, before it's known where that place stands in a file. */
export interface Finding {
  readonly severity?: 'warning';
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly pointer: string;
  /** Point at the key (default) or at the value. */
  readonly at?: 'key' | 'value';
}

/** Above this many a document gets no further findings: nobody reads them, and hostile input must not cost more. */
const MAX_FINDINGS = 100;

/** Collects what is wrong with one document, once per place and code. */
export class Findings {
  readonly #found = new Map<string, Finding>();

  get full(): boolean {
    return this.#found.size >= MAX_FINDINGS;
  }

  get all(): readonly Finding[] {
    const all = [...this.#found.values()];
    if (!this.full) return all;
    const message = `more than ${MAX_FINDINGS - 1} mistakes in this document; the rest is not shown`;
    return [...all, { code: 'too_many_mistakes', message, suggestion: 'correct these first', pointer: '' }];
  }

  add(finding: Finding): void {
    const key = `${finding.code} ${finding.at ?? 'key'} ${finding.pointer} ${finding.message}`;
    if (!this.full && !this.#found.has(key)) this.#found.set(key, finding);
  }
}

/** The known name that somebody who wrote `word` probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || known.length > 2_000 || word.length > 128) return undefined;
  const lower = known.map((name) => name.toLowerCase());
  const best = known[lower.indexOf(closest(word.toLowerCase(), lower))];
  if (best === undefined) return undefined;
  const away = distance(word.toLowerCase(), best.toLowerCase());
  return away <= Math.max(2, Math.floor(word.length / 3)) && away < best.length ? best : undefined;
}

/** What to write instead of `word`: the nearest name, or all when they are few. */
export function insteadOf(word: string, known: readonly string[], plural: string): string | undefined {
  const near = nearest(word, known);
  if (near !== undefined) return `write ${quoted(near)}`;
  return known.length > 0 && known.length <= 16 ? `the ${plural} are ${known.map(quoted).join(', ')}` : undefined;
}

/** A name or value inside a sentence; long ones are cut, so that a sentence stays one. */
export function quoted(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.length > 80 ? `${text.slice(0, 79)}…` : text}\``;
}

/** How a place is called in a sentence: `spec.login`, or "the document". */
export function placeName(pointer: string): string {
  const keys = keysOf(pointer);
  return keys.length === 0 ? 'the document' : quoted(keys.join('.'));
}

/** The last key of a pointer. */
export function lastKey(pointer: string): string {
  return keysOf(pointer).at(-1) ?? '';
}
