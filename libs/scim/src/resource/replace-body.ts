import { ScimError } from '../errors.ts';
import type { ResourceBody, ScimObject, ScimValue } from '../resource.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import { isObject } from './reading.ts';

/** The body of a user that is created: active unless it was said otherwise (C9). */
export function newUser(read: ResourceBody): ResourceBody {
  return { ...read, active: read['active'] ?? true };
}

/**
 * What a PUT makes of a resource (RFC 7644 §3.5.1): what was sent. Attributes that were left out are cleared, save `active`, which
 * keeps its value, since leaving it out is no decision to let somebody in; and immutable attributes, which keep theirs.
 *
 * @throws ScimError mutability: an immutable attribute has another value
 */
export function replacedBody(stored: ResourceBody, sent: ResourceBody, { type }: ResourceSchemas): ResourceBody {
  const replaced = keepImmutable(stored, sent, type.schema.attributes, '');
  const extensions = type.extensions.flatMap(({ schema: { id, attributes } }) => {
    const kept = keepImmutable(asObject(stored[id]), asObject(sent[id]), attributes, `${id}:`);
    return Object.keys(kept).length > 0 ? [[id, kept] as const] : [];
  });
  const active = sent['active'] ?? stored['active'];
  return { ...replaced, ...(active !== undefined && { active }), ...Object.fromEntries(extensions) };
}

function keepImmutable(stored: ScimObject, sent: ScimObject, attributes: readonly Attribute[], at: string): ScimObject {
  const kept: Record<string, ScimValue> = {};
  for (const { name, mutability, multiValued, subAttributes } of attributes) {
    const [before, after] = [stored[name], sent[name]];
    if (before === undefined) continue;
    if (mutability === 'immutable') {
      if (after !== undefined && !sameValue(before, after)) {
        throw new ScimError(400, 'mutability', `${at}${name} can not be changed once it has a value`);
      }
      kept[name] = before;
    } else if (subAttributes && !multiValued) {
      const inside = keepImmutable(asObject(before), asObject(after), subAttributes, `${at}${name}.`);
      if (Object.keys(inside).length > 0) kept[name] = inside;
    }
  }
  return { ...sent, ...kept };
}

/** Whether two values are equal, whatever the order of their attributes; the order of a list's values counts. */
export function sameValue(a: ScimValue | undefined, b: ScimValue | undefined): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => sameValue(each, b[index]));
  }
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const [left, right] = [a as ScimObject, b as ScimObject];
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameValue(left[name], right[name]))
  );
}

function asObject(value: ScimValue | undefined): ScimObject {
  return isObject(value) ? (value as ScimObject) : {};
}
