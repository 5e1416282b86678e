import { normalizeKey } from '@rolecall/scim';
import type { ResourceBody, ScimObject, ScimValue } from '@rolecall/scim';

/**
 * What case-insensitive filters and sorts read (columns `folded`): the body with every text as `normalizeKey` makes it, lists in their
 * order, names unchanged; and under `schemas`, which no body has, the URNs of its extensions. So SQL compares what TypeScript folded
 * and never folds itself. It knows no schema, so a changed schema leaves it right; what is caseExact is read from the body.
 */
export function foldedBody(body: ResourceBody): ScimObject {
  const extensions = Object.keys(body).filter((name) => name.includes(':'));
  return { ...foldedMembers(body), schemas: extensions.map(normalizeKey) };
}

function foldedValue(value: ScimValue): ScimValue {
  if (typeof value === 'string') return normalizeKey(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(foldedValue) : foldedMembers(value);
}

function foldedMembers(object: ScimObject): ScimObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, value === undefined ? undefined : foldedValue(value)]),
  );
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: ScimObject | readonly ScimValue[]): value is readonly ScimValue[] {
  return Array.isArray(value);
}
