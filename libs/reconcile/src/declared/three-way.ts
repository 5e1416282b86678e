import { normalize } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { isEntryMap, keysOf, overlap, pointerTo } from '../fields/address.ts';
import { diffDocuments } from '../fields/diff.ts';
import { withFormers } from './former.ts';
import type { Former } from './former.ts';
import { mergeDocuments } from './merge.ts';
import type { MergeRules, ThreeDocuments } from './merge.ts';
import { originsOf, valueIn } from './origin.ts';
import type { FieldChange } from '../plan/plan.ts';
import { asJson } from '../fields/renames.ts';
import type { Deviation, Override } from '../state-store.ts';

export type { MergeRules, ThreeDocuments } from './merge.ts';

/** What an apply makes of the three values of a document. */
export interface ThreeWay {
  /** What is live afterwards; normalized. */
  readonly after: OrganizationDocument;
  /** What differs from what is live now, and why; sorted by path. */
  readonly fields: readonly FieldChange[];
  /** Pointers of the entries of `after` that nobody declared. */
  readonly unmanaged: readonly string[];
}

export interface ComparisonRules extends MergeRules {
  /** What stands in for a declaration where none says anything: see `Override.former`. Default none. */
  readonly formers?: readonly Former[];
}

/** The three-way comparison. Without an earlier declaration and with nothing unowned it is `diffDocuments(live, declared)`. */
export function compareThreeWay(documents: ThreeDocuments, rules: ComparisonRules): ThreeWay {
  const completed = withFormers(documents, rules.formers ?? []);
  const after = normalize(mergeDocuments(completed.documents, { ...rules, gone: completed.gone }));
  const originOf = originsOf(completed.documents);
  const fields = diffDocuments(documents.live, after).map((field) => ({ ...field, origin: originOf(field) }));
  return { after, fields, unmanaged: entriesBeside(after, documents.declared, rules.overridden) };
}

/** Rules under which nothing is left as somebody else set it, save what nobody declared. */
const BACK_TO_DECLARED: MergeRules = { overridden: new Set(), dropUnmanaged: false };

type Kept = Pick<Override, 'former'>;

/**
 * What somebody changed of the declared fields, and of those that `overrides` keep a former value of: how each would be taken back
 * (`before` is live, `after` is declared).
 */
export function driftOf(
  declared: OrganizationDocument,
  live: OrganizationDocument,
  overrides: readonly Kept[] = [],
): readonly FieldChange[] {
  return takenBack(declared, live, overrides).fields;
}

/** What would be live if nobody had set a declared field otherwise, and no override had ever been. */
export function takenBack(
  declared: OrganizationDocument,
  live: OrganizationDocument,
  overrides: readonly Kept[],
  overridden: ReadonlySet<string> = new Set(),
): ThreeWay {
  const rules = { ...BACK_TO_DECLARED, overridden, formers: formersOf(overrides) };
  return compareThreeWay({ declaredBefore: declared, declared, live }, rules);
}

export function formersOf(overrides: readonly Kept[]): readonly Former[] {
  return overrides.flatMap(({ former }) => former ?? []);
}

/** How a live document deviates from the declared one; undefined when it has all of it, and no entry of its own. */
export function deviationOf(
  declared: OrganizationDocument,
  live: OrganizationDocument,
  overrides: readonly Pick<Override, 'path' | 'expires' | 'former'>[],
  now: Date,
): Deviation | undefined {
  const { fields, unmanaged } = takenBack(declared, live, overrides);
  const times = fields.map(({ path }) => overrideAt(path, overrides)?.expires ?? now);
  const [first] = times.sort((a, b) => a.getTime() - b.getTime());
  if (first === undefined && unmanaged.length === 0) return undefined;
  return { ...(first && { driftsAt: first }), unmanaged: unmanaged.length };
}

/** The override that a field which differs is of. */
export function overrideAt<T extends Pick<Override, 'path'>>(path: string, overrides: readonly T[]): T | undefined {
  return overrides.find((one) => overlap(one.path, path));
}

/** Pointers of the overrides that count at this moment. */
export function activePaths(overrides: readonly Override[], now: Date): ReadonlySet<string> {
  return new Set(overrides.filter(({ expires }) => expires > now).map(({ path }) => path));
}

/** Entries of keyed maps that `document` has and `declared` has not. */
export function entriesBeside(
  document: OrganizationDocument,
  declared: OrganizationDocument,
  except: ReadonlySet<string>,
): readonly string[] {
  return diffDocuments(declared, document).flatMap(({ path, action }) => {
    const at = entryOf(path);
    const isNew = at !== undefined && action === 'create' && valueIn(asJson(declared), at) === undefined;
    return isNew && !except.has(at) ? [at] : [];
  });
}

/** The pointer of the entry of a keyed map that a pointer is, or undefined. */
function entryOf(path: string): string | undefined {
  const keys = keysOf(path);
  const parent = keys.slice(0, -1).reduce(pointerTo, '');
  return isEntryMap(parent) ? path : undefined;
}
