import type { ScimObject, ScimValue } from '../resource.ts';
import type { Attribute } from '../schema/attribute.ts';
import { normalizeKey } from '../text/normalize-key.ts';

/**
 * The same values, each once, in the order given. What makes two values one: (type, value) where the attribute has `value`
 * (RFC 7643 §2.4), by its caseExact; else everything. Of two that are one, both count, and where they differ the one that `counts`.
 */
export function distinct(
  values: readonly ScimValue[],
  attribute: Attribute,
  counts: 'first' | 'last' = 'first',
): readonly ScimValue[] {
  const kept = new Map<string, ScimValue>();
  for (const value of values) {
    const key = identity(value, attribute);
    const before = kept.get(key);
    if (!isScimObject(before) || !isScimObject(value)) kept.set(key, before ?? value);
    else kept.set(key, counts === 'first' ? { ...value, ...before } : { ...before, ...value, ...named(before) });
  }
  return [...kept.values()];
}

/** What names a value among those of its attribute. */
export function identity(value: ScimValue, attribute: Attribute): string {
  if (!isScimObject(value)) return JSON.stringify(folded(value, attribute));
  const sub = attribute.subAttributes?.find(({ name }) => name === 'value');
  const own = value['value'];
  if (!sub || own === undefined) return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const type = value['type'];
  return JSON.stringify([typeof type === 'string' ? normalizeKey(type) : '', folded(own, sub)]);
}

/** What a value is known by keeps its spelling. */
function named(value: ScimObject): ScimObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name === 'value' || name === 'type'));
}

function folded(value: ScimValue, attribute: Attribute): ScimValue {
  return typeof value === 'string' && !attribute.caseExact ? normalizeKey(value) : value;
}

function isScimObject(value: ScimValue | undefined): value is ScimObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
