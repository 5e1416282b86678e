import { isObject, isUnassigned } from '../filter/evaluate.ts';
import type { ScimObject, ScimValue } from '../resource.ts';
import { identity } from '../resource/distinct.ts';
import { MAX_VALUES, saysNothing } from '../resource/read-value.ts';
import { invalidSyntax, invalidValue } from '../resource/reading.ts';
import type { Attribute } from '../schema/attribute.ts';
import { normalizeKey } from '../text/normalize-key.ts';
import { PATCH_LIMITS } from './patch.ts';

/** Counts the values of lists that one request looks at, since each of its operations may look at all of a list. */
export class Work {
  private left: number = PATCH_LIMITS.looks;

  /** @throws {ScimError} when it is too much for one request */
  look(values: number): void {
    this.left -= values;
    if (this.left < 0)
      throw invalidSyntax('too many operations on long lists in one request; send the rest in another one');
  }
}

/** The list without what a client names by one value: by `value` where there is one, among several by `type` too (X18). */
export function without(list: readonly ScimValue[], named: ScimValue, attribute: Attribute): readonly ScimValue[] {
  const same = (left: ScimValue | undefined, right: ScimValue | undefined, sub: Attribute | undefined) =>
    keyOf(left, sub ?? attribute) === keyOf(right, sub ?? attribute);
  if (!isObject(named)) return list.filter((value) => !same(value, named, undefined));
  const sub = (name: string) => attribute.subAttributes?.find((each) => each.name === name);
  const agrees = (value: ScimValue, names: readonly string[]) =>
    isObject(value) && names.every((name) => same(value[name], named[name], sub(name)));
  if (named['value'] === undefined) return list.filter((value) => !agrees(value, Object.keys(named)));
  const byType = named['type'] !== undefined && list.some((value) => agrees(value, ['value', 'type']));
  return list.filter((value) => !agrees(value, byType ? ['value', 'type'] : ['value']));
}

function keyOf(value: ScimValue | undefined, { caseExact }: Attribute): string {
  return typeof value === 'string' && !caseExact ? `"${normalizeKey(value)}"` : (JSON.stringify(value) ?? '');
}

/** A changed list as it is stored: elements that say nothing are gone, at most one is primary, and there are not too many. */
export function tidy(
  before: readonly ScimValue[],
  after: readonly ScimValue[],
  attribute: Attribute,
): readonly ScimValue[] {
  const kept = after.filter(
    (element) => !isObject(element) || !(isUnassigned(element) || saysNothing(element, attribute)),
  );
  if (kept.length > MAX_VALUES && kept.length > before.length)
    throw invalidValue(attribute.name, `must not have more than ${MAX_VALUES} values`);
  return onePrimary(before, kept, attribute);
}

/** X22: what has become primary takes it from the others. */
function onePrimary(
  before: readonly ScimValue[],
  after: readonly ScimValue[],
  attribute: Attribute,
): readonly ScimValue[] {
  const primaries = after.filter(isPrimary);
  if (primaries.length < 2) return after;
  const were = new Set(before.filter(isPrimary).map((element) => identity(element, attribute)));
  const became = primaries.filter((element) => !were.has(identity(element, attribute)));
  if (became.length > 1) throw invalidValue(attribute.name, 'must not have more than one primary value');
  return after.map((element) =>
    isPrimary(element) && element !== became[0] ? { ...element, primary: false } : element,
  );
}

function isPrimary(element: ScimValue): element is ScimObject {
  return isObject(element) && element['primary'] === true;
}
