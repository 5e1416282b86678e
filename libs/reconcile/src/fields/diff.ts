import { canonicalJson } from '@rolecall/org-config';
import type { Json, OrganizationDocument, PlatformDocument } from '@rolecall/org-config';
import { defaultAt } from './defaults.ts';
import { isNamedList, isObject, isStructure, pointerTo } from './address.ts';
import type { JsonObject } from './address.ts';
import type { FieldChange } from '../plan/plan.ts';
import { byName } from './named-list.ts';
import { asJson, entryRenames } from './renames.ts';
import { withoutSealedValues } from '../secrets/sealed-values.ts';

/** A field that differs, before anybody asked why. */
export type FieldDifference = Omit<FieldChange, 'origin' | 'source'>;

type Renamed = ReadonlyMap<string, string>;

/**
 * What differs between two declared, normalized documents, sorted by path. Only declared keys are compared. A leaf that
 * changed has both values, of a sealed secret its digest; an entry of a keyed map or of a named list that came or went is one change with its whole
 * value; a set of scalars is one value. A removed setting has its default as `after`. Without `before`, everything is
 * created.
 */
export function diffDocuments(
  before: OrganizationDocument | undefined,
  after: OrganizationDocument,
): FieldDifference[] {
  const renames = before === undefined ? [] : entryRenames(before, after).renames;
  const renamed: Renamed = new Map(renames.map((rename) => [pointerTo(rename.map, rename.to), rename.from]));
  const old = before === undefined ? undefined : asJson(withoutSealedValues(before));
  return difference('', old, asJson(withoutSealedValues(after)), renamed)
    .map((change) => withDefault(change, after))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The same of two documents of the deployment, which has no defaults to fall back to. */
export function diffPlatform(before: PlatformDocument | undefined, after: PlatformDocument): FieldChange[] {
  return difference('', before as unknown as Json | undefined, after as unknown as Json, new Map())
    .filter(({ path }) => path.startsWith('/spec/'))
    .map((change): FieldChange => ({ ...change, origin: 'git' }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A removed setting falls back to its default: that is what changes, so it is shown. */
function withDefault(change: FieldDifference, document: OrganizationDocument): FieldDifference {
  const after = change.action === 'delete' ? defaultAt(change.path, document) : undefined;
  return after === undefined ? change : { ...change, after };
}

function difference(
  path: string,
  before: Json | undefined,
  after: Json | undefined,
  renamed: Renamed,
): FieldDifference[] {
  if (isNamedList(path)) {
    const lists = namedLists(before, after);
    if (lists !== undefined)
      return [...order(path, lists), ...entries(path, asObject(lists.before), asObject(lists.after), renamed)];
  }
  if (isObject(before) && isObject(after)) return entries(path, before, after, renamed);
  const only = before ?? after;
  const comesOrGoes = before === undefined || after === undefined;
  if (comesOrGoes && isStructure(path) && isObject(only) && Object.keys(only).length > 0) {
    return entries(path, before === undefined ? {} : only, after === undefined ? {} : only, renamed);
  }
  return value(path, before, after);
}

function entries(path: string, before: JsonObject, after: JsonObject, renamed: Renamed): FieldDifference[] {
  const changes: FieldDifference[] = [];
  const gone = new Set(Object.keys(before));
  for (const key of Object.keys(after)) {
    const pointer = pointerTo(path, key);
    const previousKey = renamed.get(pointer);
    if (previousKey !== undefined) changes.push({ path: pointer, action: 'rename', previousKey });
    gone.delete(previousKey ?? key);
    changes.push(...difference(pointer, own(before, previousKey ?? key), own(after, key), renamed));
  }
  for (const key of gone) changes.push(...difference(pointerTo(path, key), own(before, key), undefined, renamed));
  return changes;
}

function value(path: string, before: Json | undefined, after: Json | undefined): FieldDifference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, action: 'create', after }];
  if (after === undefined) return [{ path, action: 'delete', before }];
  return before === after || canonicalJson(before) === canonicalJson(after)
    ? []
    : [{ path, action: 'update', before, after }];
}

/** Both lists as maps by name; undefined when an entry has no name of its own, and the list is compared as one value. */
function namedLists(before: Json | undefined, after: Json | undefined): Lists | undefined {
  const old = byName(before ?? []);
  const now = byName(after ?? []);
  return old === undefined || now === undefined ? undefined : { before: old, after: now };
}

interface Lists {
  readonly before: ReadonlyMap<string, Json>;
  readonly after: ReadonlyMap<string, Json>;
}

/** One change of the list itself when entries that stay have another order. */
function order(path: string, lists: Lists): FieldDifference[] {
  const before = [...lists.before.keys()].filter((name) => lists.after.has(name));
  const after = [...lists.after.keys()].filter((name) => lists.before.has(name));
  return value(path, before, after);
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function asObject(named: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries(named);
}
