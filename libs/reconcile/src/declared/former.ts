import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isEntryMap, isNamedList, isObject, isSwitch, keysOf, pointerTo } from '../fields/address.ts';
import type { JsonObject } from '../fields/address.ts';
import { isOneValue } from './merge.ts';
import type { ThreeDocuments } from './merge.ts';
import { valueIn } from './origin.ts';
import { asJson } from '../fields/renames.ts';

/** What somebody overrode and nobody declares, as it was before. Never a secret: documents refer to these. */
export interface Former {
  /** JSON pointer of the override's field, or of the value that it is a part of and that means something only as a whole. */
  readonly at: string;
  /** Where a collection declares some of it, the rest. Absent = the document said nothing there. */
  readonly value?: Json;
}

/**
 * What an override of `path` has to keep, so that `base` (the document without any override) comes back at its end.
 * @returns undefined where a collection declares all of it
 */
export function formerOf(
  path: string,
  { declared, base, wanted }: Readonly<Record<'declared' | 'base' | 'wanted', OrganizationDocument>>,
): Former | undefined {
  const at = wholeOf(path, base, wanted);
  // its order alone, of which only what is declared comes back
  if (isNamedList(at)) return undefined;
  const said = valueIn(asJson(declared), at);
  const value = rest(at, valueIn(asJson(base), at), said);
  if (value === undefined) return said === undefined ? { at } : undefined;
  return { at, value };
}

/** The pointer of the value that the one at `path` is a part of and that means something only as a whole, or `path`. */
export function wholeOf(path: string, base: OrganizationDocument, wanted: OrganizationDocument): string {
  const [from, to] = [asJson(base), asJson(wanted)];
  const isWhole = (at: string): boolean => {
    const [before, now] = [valueIn(from, at), valueIn(to, at)];
    // a switch comes and goes with all that is in it
    return isOneValue(at, before, now) || (isSwitch(at) && (before === undefined) !== (now === undefined));
  };
  return pointersTo(path).find(isWhole) ?? path;
}

/**
 * The documents with what was there before overrides, as if it had been declared: so that it is compared, and taken back, as what
 * is declared. What a document says itself wins. `gone` are pointers that nobody declared and nothing was at.
 */
export function withFormers(
  documents: ThreeDocuments,
  formers: readonly Former[],
): { readonly documents: ThreeDocuments; readonly gone: ReadonlySet<string> } {
  const gone = new Set<string>();
  if (formers.length === 0) return { documents, gone };
  const live = asJson(documents.live);
  let last: Json | undefined = documents.declaredBefore && asJson(documents.declaredBefore);
  let wanted = asJson(documents.declared);
  for (const { at, value } of formers) {
    const [before, now] = [valueIn(last, at), valueIn(wanted, at)];
    // declared last and no more: released, or gone with its entry
    if ((now === undefined && before !== undefined) || wentWithItsEntry(at, last, wanted)) continue;
    const stands = filled(at, now, value);
    if (stands === undefined) gone.add(at);
    else {
      wanted = withValue(wanted, at, stands, live);
      if (last !== undefined)
        last = withValue(last, at, before === undefined ? stands : filled(at, before, value), live);
    }
  }
  const declaredBefore = last as unknown as OrganizationDocument | undefined;
  return { documents: { ...documents, declaredBefore, declared: wanted as unknown as OrganizationDocument }, gone };
}

/** What of a value `said` says nothing of; undefined = nothing is left. */
function rest(path: string, value: Json | undefined, said: Json | undefined): Json | undefined {
  if (said === undefined) return value;
  if (!isObject(value) || !isObject(said) || isOneValue(path, said, value)) return undefined;
  const left = Object.entries(value).flatMap(([key, member]) => {
    const part = rest(pointerTo(path, key), member, own(said, key));
    return part === undefined ? [] : [[key, part] as const];
  });
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** A value with what it does not say itself. */
function filled(path: string, value: Json | undefined, former: Json | undefined): Json | undefined {
  if (value === undefined || former === undefined) return value ?? former;
  if (!isObject(value) || !isObject(former) || isOneValue(path, value, former)) return value;
  const members = Object.entries(former).flatMap(([key, member]) => {
    const now = filled(pointerTo(path, key), own(value, key), member);
    return now === undefined ? [] : [[key, now] as const];
  });
  return { ...value, ...Object.fromEntries(members) };
}

const own = (holder: JsonObject, key: string) => (Object.hasOwn(holder, key) ? holder[key] : undefined);

/** The pointers of all that holds the value at a pointer, from the outermost, and of itself. */
function pointersTo(pointer: string): readonly string[] {
  const keys = keysOf(pointer);
  return keys.map((_key, index) => keys.slice(0, index + 1).reduce(pointerTo, ''));
}

/** Whoever takes an entry out of the files takes all of it. */
function wentWithItsEntry(pointer: string, last: Json | undefined, wanted: Json): boolean {
  const holders = pointersTo(pointer).slice(0, -1);
  return holders.some((at, index) => {
    const isEntry = index > 0 && isEntryMap(holders[index - 1] ?? '');
    return isEntry && valueIn(last, at) !== undefined && valueIn(wanted, at) === undefined;
  });
}

function withValue(document: Json, pointer: string, value: Json | undefined, live: Json): Json {
  if (value === undefined) return document;
  const [root = '', ...keys] = keysOf(pointer);
  return set(document, { path: '', key: root, keys }, value, live);
}

interface Step {
  /** Of the holder. */
  readonly path: string;
  readonly key: string;
  /** What is left below. */
  readonly keys: readonly string[];
}

function set(holder: Json | undefined, { path, key, keys: [next, ...keys] }: Step, value: Json, live: Json): Json {
  const at = pointerTo(path, key);
  const below = (member: Json | undefined) =>
    next === undefined ? value : set(member, { path: at, key: next, keys }, value, live);
  if (isNamedList(path)) {
    const list = Array.isArray(holder) ? (holder as readonly Json[]) : [];
    const index = list.findIndex((entry) => nameOf(entry) === key);
    if (index >= 0) return list.with(index, below(list[index]));
    return list.toSpliced(placeIn(list, key, valueIn(live, path)), 0, below({ name: key }));
  }
  // what is no map has no such member
  if (holder !== undefined && !isObject(holder)) return holder;
  return { ...holder, [key]: below(holder && own(holder, key)) };
}

/** Behind what it is behind in the live list. */
function placeIn(list: readonly Json[], name: string, live: Json | undefined): number {
  const names = Array.isArray(live) ? (live as readonly Json[]).map(nameOf) : [];
  if (!names.includes(name)) return list.length;
  const before = new Set(names.slice(0, names.indexOf(name)));
  return list.findLastIndex((entry) => before.has(nameOf(entry))) + 1;
}

function nameOf(entry: Json): Json | undefined {
  return isObject(entry) ? entry['name'] : undefined;
}
