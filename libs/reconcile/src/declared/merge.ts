import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isEntryMap, isMereStructure, isNamedList, isObject, isStructure, pointerTo } from '../fields/address.ts';
import { byName } from '../fields/named-list.ts';
import { asJson, entryRenames } from '../fields/renames.ts';

/** The three values of a document. */
export interface ThreeDocuments {
  /** L: what its collection declared last; undefined when none did. */
  readonly declaredBefore: OrganizationDocument | undefined;
  /** D: what it declares now. */
  readonly declared: OrganizationDocument;
  /** R: what is live. */
  readonly live: OrganizationDocument;
}

export interface MergeRules {
  /** Pointers of fields that stay as they are live. */
  readonly overridden: ReadonlySet<string>;
  /** True = entries of keyed maps that nobody declared go. */
  readonly dropUnmanaged: boolean;
  /** Pointers of fields that go where nobody declares them. Default none. */
  readonly gone?: ReadonlySet<string>;
}

type Value = Json | undefined;
interface Values {
  readonly last: Value;
  readonly wanted: Value;
  readonly live: Value;
}
type Entries = ReadonlyMap<string, Json>;
const NONE: Entries = new Map();

/**
 * The document that is live after an apply: what is declared, what is overridden as it is live, and what nobody declared.
 * A setting that was declared and no longer is falls back to its default; an entry that was declared goes as a whole. Not
 * checked: parts that nobody declared may not fit what is declared by now. Not normalized: the order of keys is any.
 */
export function mergeDocuments(documents: ThreeDocuments, rules: MergeRules): OrganizationDocument {
  const { declaredBefore, declared, live } = documents;
  const renamed = new Map(
    entryRenames(live, declared).renames.map(({ map, from, to }) => [pointerTo(map, to), from] as const),
  );
  const merged = new Merge(rules, renamed).value('', {
    last: declaredBefore && asJson(declaredBefore),
    wanted: asJson(declared),
    live: asJson(live),
  });
  return merged as unknown as OrganizationDocument;
}

class Merge {
  constructor(
    private readonly rules: MergeRules,
    /** By the pointer that an entry has now: the key that it is live under. */
    private readonly renamed: ReadonlyMap<string, string>,
  ) {}

  /** undefined = the document says nothing here. */
  value(path: string, values: Values): Value {
    if (this.rules.overridden.has(path)) return isNamedList(path) ? this.list(path, values) : values.live;
    const { last, wanted, live } = values;
    const isUnowned = last === undefined && wanted === undefined;
    if (isUnowned && this.rules.gone?.has(path) === true) return undefined;
    if (isNamedList(path)) return this.list(path, values);
    if (isUnowned && isObject(live) && isAnyBelow(path, this.rules.gone)) {
      const left = this.entries(path, NONE, NONE, mapOf(live));
      // any other map that was not there before would be gone as a whole
      return left.size > 0 || !isMereStructure(path) ? Object.fromEntries(left) : undefined;
    }
    const [ours, theirs] = [wanted, live].map((side, index) => isMap(side, index === 0 ? live : wanted, path));
    if (ours && theirs) {
      if (isOneValue(path, wanted, live)) return isAnyBelow(path, this.rules.overridden) ? live : wanted;
      const merged = this.entries(path, mapOf(last), mapOf(wanted), mapOf(live));
      return merged.size > 0 || staysEmpty(values) ? Object.fromEntries(merged) : undefined;
    }
    return leaf(values);
  }

  private entries(path: string, last: Entries, wanted: Entries, live: Entries): Map<string, Json> {
    const merged = new Map<string, Json>();
    const moved = new Set<string>();
    for (const [key, value] of wanted) {
      const at = pointerTo(path, key);
      const from = this.renamed.get(at);
      if (from !== undefined) moved.add(from);
      const before = last.get(key) ?? (from === undefined ? undefined : last.get(from));
      set(merged, key, this.value(at, { last: before, wanted: value, live: live.get(from ?? key) }));
    }
    for (const [key, value] of live) {
      if (wanted.has(key) || moved.has(key)) continue;
      const at = pointerTo(path, key);
      const isDropped = !last.has(key) && this.rules.dropUnmanaged && isEntryMap(path);
      if (isDropped && !this.rules.overridden.has(at)) continue;
      set(merged, key, this.value(at, { last: last.get(key), wanted: undefined, live: value }));
    }
    return merged;
  }

  /** By the names of the entries, in the order that is declared; what nobody declared stays behind what it was behind. */
  private list(path: string, { last, wanted, live }: Values): Value {
    const [before, now, actual] = [last, wanted, live].map((list) => byName(list ?? []));
    if (before === undefined || now === undefined || actual === undefined) {
      if (this.rules.overridden.has(path)) return live;
      return leaf({ last, wanted, live });
    }
    const merged = this.entries(path, before, now, actual);
    if (wanted === undefined && merged.size === 0) return last === undefined && actual.size === 0 ? live : undefined;
    const [first, then] = this.rules.overridden.has(path) ? [actual, now] : [now, actual];
    return inserted([...first.keys()], [...then.keys()]).flatMap((name) => merged.get(name) ?? []);
  }
}

/** The names with the others among them, each behind the name that it follows in its own list. */
function inserted(names: readonly string[], others: readonly string[]): readonly string[] {
  const all = [...names];
  for (const [index, other] of others.entries()) {
    if (!all.includes(other)) all.splice(index === 0 ? 0 : all.indexOf(others[index - 1] ?? '') + 1, 0, other);
  }
  return all;
}

function isAnyBelow(path: string, pointers: ReadonlySet<string> = new Set()): boolean {
  return [...pointers].some((pointer) => pointer.startsWith(`${path}/`));
}

function leaf({ last, wanted, live }: Values): Value {
  if (wanted !== undefined) return wanted;
  return last === undefined ? live : undefined;
}

/** Whether a map without entries is one that somebody wrote so, and not one whose entries all went. */
function staysEmpty({ last, wanted, live }: Values): boolean {
  if (wanted === undefined) return last === undefined && mapOf(live).size === 0;
  return live !== undefined || mapOf(wanted).size === 0;
}

/** Objects whose keys mean something only together: who declares one declares all of it. */
const ONE_VALUE = /\/(?:when|metadata|clientSecret|secret|facts|expect)$/;

export function isOneValue(path: string, wanted: Value, live: Value): boolean {
  if (path !== '/metadata' && ONE_VALUE.test(path)) return true;
  const [kind, other] = [wanted, live].map((side) => (isObject(side) ? side['type'] : undefined));
  return kind !== undefined && other !== undefined && kind !== other;
}

/** A map, or nothing where the document's shape would have one and the other side has. */
function isMap(side: Value, other: Value, path: string): boolean {
  return isObject(side) || (side === undefined && isObject(other) && isStructure(path));
}

function mapOf(value: Value): Entries {
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function set(map: Map<string, Json>, key: string, value: Value): void {
  if (value !== undefined) map.set(key, value);
}
