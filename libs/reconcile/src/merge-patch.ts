import type { Json } from '@rolecall/org-config';
import { isObject } from './address.ts';
import type { JsonObject } from './address.ts';

/** RFC 7396: null removes, maps are merged, everything else replaces. Every object of the result is without prototype. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = Object.assign(Object.create(null) as Record<string, Json>, isObject(target) ? target : {});
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(own(merged, key) ?? null, value);
  }
  return merged;
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
