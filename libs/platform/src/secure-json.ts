import { Problem } from './problem.ts';

/** Deeper than any document of ours, shallow enough for every recursive walk after it. */
const MAX_DEPTH = 32;

/**
 * Parses an UNTRUSTED body: UTF-8 JSON of at most 32 levels, without the keys that reach a prototype.
 * `JSON.parse` keeps `__proto__` as an own key, and a later copy of the object would make it the prototype. NUL and half
 * surrogate pairs are refused here, since PostgreSQL can't store them.
 * @throws Problem 400 `malformed_json`, `json_too_deep`, `forbidden_key`, `forbidden_character`
 */
export function parseSecureJson(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem(400, 'malformed_json', 'the body is not JSON in UTF-8');
  }
  refuseHostile(value);
  return value;
}

/** Level by level instead of recursively: depth can't exhaust the stack. */
function refuseHostile(root: unknown): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (level.some(isUnstorable))
      throw new Problem(400, 'forbidden_character', 'the body has a character that is not allowed');
    const objects = level.filter(isObject);
    if (objects.some(isPoisoned))
      throw new Problem(400, 'forbidden_key', 'the body has a key that is not allowed: __proto__');
    if (objects.length > 0 && depth === MAX_DEPTH) {
      throw new Problem(400, 'json_too_deep', `the body is nested deeper than ${MAX_DEPTH} levels`);
    }
    level = objects.flatMap((value) => (Array.isArray(value) ? value : Object.entries(value).flat()));
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
