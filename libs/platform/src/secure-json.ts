import { Problem } from './problem.ts';

/** Deeper than any document of ours, shallow enough for every recursive walk after it. */
const MAX_DEPTH = 32;

/**
 * Parses an UNTRUSTED body: UTF-8 JSON of at most 32 levels, without the keys that reach a prototype.
 * `JSON.parse` keeps `__proto__` as an own key, and a later copy of the object would make it the prototype.
 * @throws Problem 400 `malformed_json`, `json_too_deep`, `forbidden_key`
 */
export function parseSecureJson(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem(400, 'malformed_json', 'the body is not JSON in UTF-8');
  }
  refuseDeepOrPoisoned(value);
  return value;
}

/** Level by level instead of recursively: depth can't exhaust the stack. */
function refuseDeepOrPoisoned(root: unknown): void {
  let level: object[] = isObject(root) ? [root] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new Problem(400, 'json_too_deep', `the body is nested deeper than ${MAX_DEPTH} levels`);
    if (level.some(isPoisoned))
      throw new Problem(400, 'forbidden_key', 'the body has a key that is not allowed: __proto__');
    level = level.flatMap((value) => Object.values(value).filter(isObject));
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** `__proto__`, or `constructor` that leads on to `prototype`; `constructor` alone is an attribute name like any other. */
function isPoisoned(value: object): boolean {
  if (Object.hasOwn(value, '__proto__')) return true;
  const inner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
  return isObject(inner) && Object.hasOwn(inner, 'prototype');
}
