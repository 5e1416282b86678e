import { ScimError } from '../errors.ts';

/** A piece of a filter or path. `at` and `end` are character positions: `text.slice(at, end)` is how the client wrote it. */
export interface Token {
  readonly kind: 'word' | 'string' | '(' | ')' | '[' | ']' | 'end';
  /** A string's content without quotes and escapes; anything else as written. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const SPACE = /[ \t\r\n]*/y;
const WORD = /[^\s()[\]"]+/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

/**
 * Cuts a filter (RFC 7644 §3.4.2.2) into words, JSON strings and brackets in one pass. The last token is always `end`.
 * @param text UNVERIFIED; its length is bounded by the caller
 * @throws {ScimError} invalidFilter with the position
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skip(SPACE, text, 0); at < text.length; at = skip(SPACE, text, at)) {
    const token = nextToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length, end: text.length }];
}

function nextToken(text: string, at: number): Token {
  const first = text[at];
  if (first === '(' || first === ')' || first === '[' || first === ']')
    return { kind: first, text: first, at, end: at + 1 };
  if (first === '"') return stringToken(text, at);
  const end = skip(WORD, text, at);
  if (end === at) throw invalidFilter(at, 'a character that separates nothing here; use plain spaces');
  return { kind: 'word', text: text.slice(at, end), at, end };
}

function stringToken(text: string, at: number): Token {
  const end = skip(STRING, text, at);
  if (end === at) throw invalidFilter(at, 'a string without its closing quote');
  const content = parseString(text.slice(at, end));
  if (content === undefined) throw invalidFilter(at, 'not a JSON string; escape as in JSON');
  // PostgreSQL holds neither; nothing stored can match
  if (content.includes('\0') || !content.isWellFormed())
    throw invalidFilter(at, 'a string with characters that are no text');
  return { kind: 'string', text: content, at, end };
}

function parseString(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** Where the sticky pattern stops matching from `at` on; `at` itself when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** @param at a character position, counted from 0; clients are told it counted from 1 */
export function invalidFilter(at: number, problem: string): ScimError {
  return new ScimError(400, 'invalidFilter', `the filter has at character ${at + 1}: ${problem}`);
}
