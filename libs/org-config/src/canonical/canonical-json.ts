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
  const members: string[] = [];
  for (const key of Object.keys(map).sort()) {
    const member = map[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
