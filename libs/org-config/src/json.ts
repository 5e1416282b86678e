import type { Json } from './document.ts';

/** An object of JSON; its keys may come from outside, so only own keys count. */
export type JsonMap = { readonly [key: string]: Json };

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map, or an empty one: lets checks read a document that may be wrong in places. */
export function mapOf(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** An own value of a map; never one of Object.prototype. */
export function own(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** An object without a prototype, so that a key such as `__proto__` is a key like any other. */
export function emptyMap<T = Json>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** RFC 6901: a JSON pointer of these keys below `parent`. */
export function pointerTo(parent: string, ...keys: readonly (string | number)[]): string {
  return keys.reduce<string>(
    (pointer, key) => `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    parent,
  );
}

/** The keys of a JSON pointer; the empty pointer has none. */
export function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
