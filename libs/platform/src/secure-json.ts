import { Problem } from './problem.ts';

/** Deeper than any document of ours, shallow enough for every recursive walk after it. */
const MAX_DEPTH = 32;

/**
 * What 10,000 organizations have in one request. A body costs by its values more than by its bytes: 30 MB of `{},{},…` take
 * 12 s to parse.
 */
const MAX_VALUES = 2_000_000;

/** In one list or object: objects with millions of keys cost more than their share. */
const MAX_MEMBERS = 200_000;

/**
 * Parses an UNTRUSTED body: UTF-8 JSON of at most 32 levels, 2,000,000 values and 200,000 members of one list or object,
 * without the keys that reach a prototype. `JSON.parse` keeps `__proto__` as an own key, and a later copy of the object
 * would make it the prototype. NUL and half surrogate pairs are refused here, since PostgreSQL can't store them.
 * @throws Problem 400 `malformed_json`, `json_too_deep`, `json_too_many_values`, `forbidden_key`, `forbidden_character`
 */
export function parseSecureJson(body: Buffer): unknown {
  if (!isSurelySmall(body)) refuseBulk(body);
  let text: string;
  let value: unknown;
  try {
    text = UTF_8.decode(body);
    value = JSON.parse(text);
  } catch {
    throw new Problem(400, 'malformed_json', 'the body is not JSON in UTF-8');
  }
  if (MAY_BE_HOSTILE.test(text)) refuseHostile(value);
  return value;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Without one of these a body has nothing that `refuseHostile` looks for: UTF-8 holds no half of a surrogate pair and JSON no
 * NUL but as an escape, which alone can spell a key otherwise than it reads.
 */
const MAY_BE_HOSTILE = /\\u|__proto__|constructor/;

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether a body has too few bytes for too many values and members, and too few brackets, those in its strings too, for too many levels. */
function isSurelySmall(body: Buffer): boolean {
  if (body.length >= MAX_MEMBERS) return false;
  let opened = 0;
  for (const bracket of [OPEN_LIST, OPEN_OBJECT])
    for (let at = body.indexOf(bracket); at >= 0; at = body.indexOf(bracket, at + 1)) {
      opened += 1;
      if (opened > MAX_DEPTH) return false;
    }
  return true;
}

/** Counts, without making a single value; right for JSON, and bounded for everything else. */
function refuseBulk(body: Buffer): void {
  const members = [0]; // per open list or object
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) members.pop();
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values++;
      if (members.push(0) > MAX_DEPTH + 1) {
        throw new Problem(400, 'json_too_deep', `the body is nested deeper than ${MAX_DEPTH} levels`);
      }
    } else if (byte === COMMA) {
      values++;
      const count = (members.pop() ?? 0) + 1;
      members.push(count);
      if (count >= MAX_MEMBERS || values >= MAX_VALUES) {
        throw new Problem(400, 'json_too_many_values', 'the body has too many values; send it in several requests');
      }
    }
  }
}

/** The place of the quote that ends the string that begins at `start`. */
function endOfString(body: Buffer, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Its depth is bounded already. */
function refuseHostile(value: unknown): void {
  if (isUnstorable(value)) {
    throw new Problem(400, 'forbidden_character', 'the body has a character that is not allowed');
  }
  if (!isObject(value)) return;
  if (Array.isArray(value)) {
    for (const element of value) refuseHostile(element);
    return;
  }
  if (isPoisoned(value)) {
    throw new Problem(400, 'forbidden_key', 'the body has a key that is not allowed: __proto__');
  }
  for (const [key, member] of Object.entries(value)) {
    refuseHostile(key);
    refuseHostile(member);
  }
}

const isUnstorable = (value: unknown): boolean =>
  typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed());

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** `__proto__`, or `constructor` that leads on to `prototype`; `constructor` alone is an attribute name like any other. */
function isPoisoned(value: object): boolean {
  if (Object.hasOwn(value, '__proto__')) return true;
  const inner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
  return isObject(inner) && Object.hasOwn(inner, 'prototype');
}
