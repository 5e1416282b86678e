import { canonicalJson } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isNamedList, isObject, keysOf, pointerTo } from '../fields/address.ts';
import type { FieldDifference } from '../fields/diff.ts';
import type { ThreeDocuments } from './merge.ts';
import { byName } from '../fields/named-list.ts';
import type { FieldOrigin } from '../plan/plan.ts';
import { asJson, entryRenames } from '../fields/renames.ts';

type Value = Json | undefined;

/**
 * Why fields between the live document and the one after an apply differ, by the three values of each: live as declared last
 * = `git` changes it; declared as before = `drift` is taken back; neither = `conflict`. Where no collection declared
 * anything before, everything comes from git.
 */
export function originsOf(documents: ThreeDocuments): (difference: FieldDifference) => FieldOrigin {
  const { declaredBefore, declared, live } = documents;
  if (declaredBefore === undefined) return () => 'git';
  const before = formerNames(declaredBefore, declared);
  const now = formerNames(live, declared);
  return ({ path, action }) => {
    if (action === 'rename') return 'git';
    const last = valueIn(asJson(declaredBefore), path, before);
    const wanted = valueIn(asJson(declared), path);
    const actual = valueIn(asJson(live), path, now);
    if (isNamedList(path)) return ofOrder(last, wanted, actual);
    // an entry that nobody declared, removed on request
    if (last === undefined && wanted === undefined) return 'drift';
    if (says(actual, last)) return 'git';
    return same(wanted, last) ? 'drift' : 'conflict';
  };
}

type FormerNames = ReadonlyMap<string, string>;

/** By the pointer of a renamed entry in `after`: its name in `before`. */
export function formerNames(before: OrganizationDocument, after: OrganizationDocument): FormerNames {
  return new Map(entryRenames(before, after).renames.map(({ map, from, to }) => [pointerTo(map, to), from]));
}

/** The value at a pointer as plans have them: entries of named lists by name, entries that were renamed by their new one. */
export function valueIn(document: Value, pointer: string, former: FormerNames = new Map()): Value {
  let value = document;
  let path = '';
  for (const key of keysOf(pointer)) {
    const entries = isNamedList(path) ? byName(value ?? []) : undefined;
    path = pointerTo(path, key);
    const at = former.get(path) ?? key;
    value = entries ? entries.get(at) : isObject(value) && Object.hasOwn(value, at) ? value[at] : undefined;
  }
  return value;
}

/** Only the order of entries that both have counts. */
function ofOrder(last: Value, wanted: Value, live: Value): FieldOrigin {
  if (sameOrder(live, last)) return 'git';
  return sameOrder(wanted, last) ? 'drift' : 'conflict';
}

/** Whether two named lists have the entries that both have in the same order. */
export function sameOrder(a: Value, b: Value): boolean {
  const [one, other] = [a, b].map((list) => [...(byName(list ?? [])?.keys() ?? [])]) as [string[], string[]];
  const common = (names: string[], of: string[]) => names.filter((name) => of.includes(name)).join('\n');
  return common(one, other) === common(other, one);
}

/** Whether `actual` says all that `declared` does; it may say more. */
function says(actual: Value, declared: Value): boolean {
  if (declared === undefined) return actual === undefined;
  if (!isObject(declared) || !isObject(actual)) return same(actual, declared);
  return Object.entries(declared).every(([key, value]) =>
    says(Object.hasOwn(actual, key) ? actual[key] : undefined, value),
  );
}

function same(a: Value, b: Value): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}

/** The value of a document at a pointer as plans have them: with the names of rules in place of their indices. */
export function valueInDocument(document: OrganizationDocument, pointer: string): Json | undefined {
  return valueIn(asJson(document), pointer);
}
