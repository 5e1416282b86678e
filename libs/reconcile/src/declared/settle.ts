import { canonicalJson } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type {
  Declaration,
  Deviation,
  OrganizationHead,
  Override,
  RevisionOrigin,
  StateTransaction,
} from '../state-store.ts';
import { overlap } from '../fields/address.ts';
import { deviationOf, driftOf } from './three-way.ts';

/** What an apply leaves of one organization. */
export interface Settled {
  readonly head: OrganizationHead;
  readonly declared: Declaration & { readonly digest: string };
  readonly after: OrganizationDocument;
  readonly overrides: readonly Override[];
}

/**
 * Records what is declared from now on, and how the live document deviates from it. Overrides that ended, or that are as
 * declared by now, are forgotten; those of an entry that was renamed go along with it.
 */
export async function settle(
  state: StateTransaction,
  { head, declared, after, overrides }: Settled,
  now: Date,
): Promise<void> {
  const kept = stillNeeded(overrides, declared.document, after, now);
  if (head.deviation?.driftsAt !== undefined && !sameRecords(kept, await state.overrides(head.id))) {
    await state.replaceOverrides(head.id, kept);
  }
  const deviation = deviationOf(declared.document, after, kept, now);
  const same = head.appliedDigest === declared.digest && sameDeviation(head.deviation, deviation);
  if (same && !(await standsElsewhere(state, head.id, declared.origin))) return;
  await state.declare(head.id, declared, deviation);
}

/**
 * The file or a line of it is another one than was recorded. Without lines nothing is looked up: so many documents came at once that
 * the command line left these out, and the place of the recorded commit stays as right as it was.
 */
export async function standsElsewhere(
  state: Pick<StateTransaction, 'declaration'>,
  organizationId: string,
  { file, lines }: RevisionOrigin,
): Promise<boolean> {
  if (file === undefined || lines === undefined) return false;
  const before = (await state.declaration(organizationId))?.origin;
  if (before === undefined) return false;
  return before.file !== file || canonicalJson(before.lines ?? {}) !== canonicalJson(lines);
}

function stillNeeded(
  overrides: readonly Override[],
  declared: OrganizationDocument,
  live: OrganizationDocument,
  now: Date,
): readonly Override[] {
  if (overrides.length === 0) return overrides;
  const differing = driftOf(declared, live, overrides);
  return overrides.filter(({ path, expires }) => expires > now && differing.some((field) => overlap(field.path, path)));
}

function sameRecords(...both: [readonly Override[], readonly Override[]]): boolean {
  const [one, other] = both.map((all) =>
    all.map(({ path, former = null }) => canonicalJson([path, former && { ...former }])),
  );
  return one?.join('\n') === other?.join('\n');
}

function sameDeviation(a: Deviation | undefined, b: Deviation | undefined): boolean {
  return a?.driftsAt?.getTime() === b?.driftsAt?.getTime() && a?.unmanaged === b?.unmanaged;
}
