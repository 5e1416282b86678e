import type { Json } from '@rolecall/org-config';
import { isObject } from './address.ts';

/** A list whose entries each have a name of their own, as a map by that name; undefined when one has none. */
export function byName(list: Json): ReadonlyMap<string, Json> | undefined {
  if (!Array.isArray(list)) return undefined;
  const named = new Map<string, Json>();
  for (const entry of list as readonly Json[]) {
    if (!isObject(entry) || typeof entry['name'] !== 'string' || named.has(entry['name'])) return undefined;
    named.set(entry['name'], entry);
  }
  return named;
}
