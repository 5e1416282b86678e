import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isObject, pointerTo, RENAMEABLE_MAPS, valueAt } from './address.ts';
import type { RenameableMap } from './address.ts';
import type { ReconcileProblem } from '../errors.ts';

/** An entry of a keyed map that goes on under another key. */
export interface EntryRename {
  readonly map: RenameableMap;
  readonly from: string;
  readonly to: string;
}

export interface EntryRenames {
  readonly renames: readonly EntryRename[];
  readonly problems: readonly ReconcileProblem[];
}

/**
 * Which entries `previously` renames. A key that exists already ignores its `previously`, so that it may stay in the file;
 * otherwise the first old key that exists goes on under the new one. An old key that is still declared, or that two
 * entries claim, is a `rename_conflict`.
 */
export function entryRenames(before: OrganizationDocument, after: OrganizationDocument): EntryRenames {
  const found = RENAMEABLE_MAPS.map((map) => renamesIn(map, asJson(before), asJson(after), after.metadata.name));
  return { renames: found.flatMap((one) => one.renames), problems: found.flatMap((one) => one.problems) };
}

function renamesIn(map: RenameableMap, before: Json, after: Json, organization: string): EntryRenames {
  const old = entriesOf(before, map);
  const now = entriesOf(after, map);
  const renames = new Map<string, EntryRename>();
  const problems: ReconcileProblem[] = [];
  for (const [key, entry] of now) {
    if (old.has(key)) continue;
    const from = previouslyOf(entry).find((name) => old.has(name));
    if (from === undefined) continue;
    const rival = now.has(from) ? from : renames.get(from)?.to;
    if (rival === undefined) renames.set(from, { map, from, to: key });
    else problems.push(conflict(organization, pointerTo(map, key), key, from, rival));
  }
  return { renames: [...renames.values()], problems };
}

function conflict(organization: string, pointer: string, key: string, from: string, rival: string): ReconcileProblem {
  const why = rival === from ? `"${from}" is still declared` : `"${rival}" says so too`;
  return {
    code: 'rename_conflict',
    organization,
    pointer: `${pointer}/previously`,
    message: `"${key}" cannot take over from "${from}": ${why}; remove one of the two`,
  };
}

function entriesOf(document: Json, map: RenameableMap): Map<string, Json> {
  const value = valueAt(document, map);
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function previouslyOf(entry: Json): readonly string[] {
  const names = isObject(entry) ? entry['previously'] : undefined;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** A document is JSON by construction; its interfaces only lack the index signature that would say so. */
export function asJson(document: OrganizationDocument): Json {
  return document as unknown as Json;
}
