import { API_VERSION, canonicalJson } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { covers, isMereStructure, isNamedList, overlap } from '../fields/address.ts';
import { diffDocuments } from '../fields/diff.ts';
import { formerOf, wholeOf } from './former.ts';
import { namedByPatch } from '../fields/named-by-patch.ts';
import { byName } from '../fields/named-list.ts';
import { sameOrder, valueIn } from './origin.ts';
import { asJson } from '../fields/renames.ts';
import type { Declaration, Deviation, OrganizationHead, Override, StateTransaction } from '../state-store.ts';
import { deviationOf, driftOf, overrideAt, takenBack } from './three-way.ts';

/** A document that somebody wants live past git, beside what there is. */
export interface Overriding {
  /** What the owning collection declared last; see `declaredIn`. */
  readonly declared: OrganizationDocument;
  readonly live: OrganizationDocument;
  readonly wanted: OrganizationDocument;
  /** What it was made by, a merge patch. */
  readonly patch?: Json | undefined;
  /** Present = the fields that differ are set for a while. */
  readonly override?: Pick<Override, 'reason' | 'expires'> | undefined;
  /** Name of the API token. */
  readonly by: string;
}

/** What is declared of an organization: nothing, where no collection owns it. */
export function declaredIn(
  declaration: Pick<Declaration, 'document'> | undefined,
  live: OrganizationDocument,
): OrganizationDocument {
  const { name } = live.metadata;
  return declaration?.document ?? { apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec: {} };
}

/**
 * Pointers of the fields that the write sets. Past git these are declared fields that it sets otherwise than they are declared, and than
 * they are live, or that it names and an override holds: it would not stay. An override also counts what nobody declares, and what its
 * patch names and is live so already: one that runs gets another end, and what drifted gets one.
 */
export function touchedBy(write: Overriding, before: readonly Override[]): readonly string[] {
  const { declared, live, wanted, override } = write;
  const base = withoutOverrides(write, before);
  const named = namedBy(write);
  const isHeld = (path: string) => override !== undefined || overrideAt(path, before) !== undefined;
  const drifted = driftOf(declared, wanted).map(({ path }) => path);
  const unowned = override === undefined ? [] : diffDocuments(wanted, base);
  // neither the order of what nobody declared nor a map without entries is anything that had to come back
  const set = unowned.flatMap(({ path }) => (isMereStructure(path) ? [] : [path]));
  const [from, to] = [asJson(live), asJson(wanted)];
  const differs = (path: string) => {
    // an entry of another type is set as a whole, also where both say the same
    const at = wholeOf(path, live, wanted);
    const [old, now] = [valueIn(from, at), valueIn(to, at)];
    if (isNamedList(path)) return !sameOrder(old, now) || hasMore(valueIn(asJson(declared), at), now, old);
    return canonicalJson(old ?? null) !== canonicalJson(now ?? null);
  };
  const touched = [...drifted, ...set].filter((path) => (named(path) && isHeld(path)) || differs(path));
  return [...new Set(override === undefined ? touched : touched.map((path) => wholeOf(path, base, wanted)))].sort();
}

/** Whether some of the declared entries are in `now` and were not in `old`, which so had no order to keep. */
function hasMore(declared: Json | undefined, now: Json | undefined, old: Json | undefined): boolean {
  const [said, there, was] = [declared, now, old].map((list) => byName(list ?? []));
  return [...(said?.keys() ?? [])].some((name) => there?.has(name) === true && was?.has(name) !== true);
}

/** The overrides after the write, by path: those that go on, and those of what it touches. */
export function overridesAfter(
  write: Overriding,
  touched: readonly string[],
  before: readonly Override[],
  now: Date,
): readonly Override[] {
  const { wanted, declared, override, by } = write;
  const base = withoutOverrides(write, before);
  const added = override === undefined ? [] : touched.map((path) => overrideOf(path, override));
  const kept = before.filter(({ path }) => !touched.some((other) => covers(other, path)) && !takenOver(write, path));
  // what an override sets is nothing that had been there before; what is written for good is
  const without = override === undefined ? takenBack(declared, wanted, kept).after : base;
  const all = [...recordsOf(kept, { declared, base: without, wanted }), ...added];
  const differing = driftOf(declared, wanted, all);
  return all
    .filter(({ path }) => differing.some((field) => overlap(field.path, path)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

  function overrideOf(path: string, { reason, expires }: Pick<Override, 'reason' | 'expires'>): Override {
    const former = formerOf(path, { declared, base, wanted });
    return { path, by, reason, at: now, expires, ...(former && { former }) };
  }
}

/**
 * What overrides are on record for: each field that differs from what would be live without them (`base`), with what comes back there.
 * Files may declare other parts of an entry by now, and fewer.
 */
export function recordsOf(
  overrides: readonly Override[],
  documents: Readonly<Record<'declared' | 'base' | 'wanted', OrganizationDocument>>,
): readonly Override[] {
  if (overrides.length === 0) return [];
  const { base, wanted } = documents;
  const said = asJson(documents.declared);
  const differing = diffDocuments(wanted, base).filter(
    ({ path }) => !isMereStructure(path) || valueIn(said, path) !== undefined,
  );
  const places = new Set(differing.map(({ path }) => wholeOf(path, base, wanted)));
  return [...places].flatMap((path) => {
    const override = overrideAt(path, overrides);
    if (override === undefined) return [];
    const { former: _former, ...record } = override;
    const former = formerOf(path, documents);
    return [{ ...record, path, ...(former && { former }) }];
  });
}

/** What would be live if there had never been an override. */
export function withoutOverrides(
  { declared, live }: Pick<Overriding, 'declared' | 'live'>,
  before: readonly Override[],
): OrganizationDocument {
  return takenBack(declared, live, before).after;
}

/** Who writes what nobody declares, and for good, means it to stay, also when it is live so already. */
function takenOver(write: Overriding, path: string): boolean {
  if (write.override !== undefined) return false;
  return namedBy(write)(path) || diffDocuments(write.live, write.wanted).some((field) => covers(field.path, path));
}

/** What the patch says. Lists come whole: one that is written for good says nothing of entries that it leaves as they are. */
export function namedBy({ patch, override }: Pick<Overriding, 'patch' | 'override'>): (path: string) => boolean {
  if (patch === undefined) return () => false;
  return override === undefined ? namedByPatch(patch, isNamedList) : namedByPatch(patch);
}

/** An organization, with what is live by now. */
interface Kept {
  readonly head: OrganizationHead;
  readonly declaration: Declaration | undefined;
  readonly live: OrganizationDocument;
}

/** Records what is overridden, and from when on the live document deviates. */
export async function keepOverrides(
  state: StateTransaction,
  { head, declaration, live }: Kept,
  { before, after }: { readonly before: readonly Override[]; readonly after: readonly Override[] },
  now: Date,
): Promise<void> {
  if (declaration === undefined && before.length + after.length === 0) return;
  await state.replaceOverrides(head.id, after);
  const deviation = deviationOf(declaredIn(declaration, live), live, after, now);
  // where nobody declares anything, no entry is beside it
  await state.deviate(head.id, declaration === undefined ? driftOnly(deviation) : deviation);
}

function driftOnly(deviation: Deviation | undefined): Deviation | undefined {
  return deviation?.driftsAt && { driftsAt: deviation.driftsAt, unmanaged: 0 };
}
