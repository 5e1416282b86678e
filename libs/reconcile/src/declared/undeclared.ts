import { documentDigest, normalize } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isEntryMap, isNamedList, isObject, pointerTo } from '../fields/address.ts';
import { isOneValue } from './merge.ts';
import type { ThreeDocuments } from './merge.ts';
import { byName } from '../fields/named-list.ts';
import { asJson } from '../fields/renames.ts';

type Value = Json | undefined;

/**
 * What a document that was read from the server declares of itself: not what is live and was declared by nobody, which would be
 * git's from then on and go with git's next apply. Not checked: it may be no document that could be live.
 */
export function withoutUndeclared({ declaredBefore, declared, live }: ThreeDocuments): {
  readonly document: OrganizationDocument;
  readonly digest: string;
} {
  const left = owned('', declaredBefore && asJson(declaredBefore), asJson(declared), asJson(live));
  const document = normalize(left as unknown as OrganizationDocument);
  return { document, digest: documentDigest(document) };
}

function owned(path: string, last: Value, wanted: Value, live: Value): Value {
  if (live === undefined || wanted === undefined) return wanted;
  if (isNamedList(path)) {
    const [before, now, actual] = [last, wanted, live].map((list) => byName(list ?? []));
    if (before && now && actual) {
      const left = entries(path, before, now, actual).map(([, value]) => value);
      return left.length > 0 || last !== undefined ? left : undefined;
    }
  }
  if (isObject(wanted) && isObject(live) && !isOneValue(path, wanted, live)) {
    const [before, now, actual] = [last, wanted, live].map((map) => new Map(Object.entries(isObject(map) ? map : {})));
    const left = entries(path, before ?? new Map(), now ?? new Map(), actual ?? new Map());
    return left.length > 0 || last !== undefined ? Object.fromEntries(left) : undefined;
  }
  return last === undefined ? undefined : wanted;
}

type Entries = ReadonlyMap<string, Json>;

function entries(path: string, last: Entries, wanted: Entries, live: Entries): readonly (readonly [string, Json])[] {
  return [...wanted].flatMap(([key, value]) => {
    // an entry is somebody's as a whole
    if (isEntryMap(path) && live.has(key) && !last.has(key)) return [];
    const left = owned(pointerTo(path, key), last.get(key), value, live.get(key));
    return left === undefined ? [] : [[key, left] as const];
  });
}
