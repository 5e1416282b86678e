import type { Json } from '../document.ts';
import type { JsonMap } from '../json.ts';

/**
 * The one text of a JSON value (RFC 8785, JSON Canonicalization Scheme): keys sorted by UTF-16 code units, no white space.
 * Lists keep their order; `normalize()` sorts those that are sets. Own keys only, `__proto__` included.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
  const map = value as JsonMap;
  const members = Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(map[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
