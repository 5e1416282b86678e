import type { Json } from '@rolecall/org-config';
import { isObject } from './address.ts';
import type { JsonObject } from './address.ts';

/** No document is nested as deep as that; what is deeper stays as it is, for whoever checks the result to refuse. */
const MAX_DEPTH = 32;

/** RFC 7396: null removes, maps are merged, everything else replaces. Every object of the result is without prototype. */
export function mergePatch(target: Json, patch: Json, depth = 0): Json {
  if (!isObject(patch) || depth > MAX_DEPTH) return patch;
  const merged = Object.assign(Object.create(null) as Record<string, Json>, isObject(target) ? target : {});
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(own(merged, key) ?? null, value, depth + 1);
  }
  return merged;
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
