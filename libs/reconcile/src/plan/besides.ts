import type { Prepared } from '../prepare.ts';
import type { PlanOverride, UnmanagedEntry } from './plan.ts';
import type { OrganizationHead, StateTransaction } from '../state-store.ts';

/**
 * Overrides that count at this moment, of every organization that the collection owns, once the steps are done: what they take back
 * stands no longer.
 */
export async function overridesOf(
  state: StateTransaction,
  collection: string,
  {
    heads,
    prepared,
  }: { readonly heads: ReadonlyMap<string, OrganizationHead>; readonly prepared: readonly Prepared[] },
  now: Date,
): Promise<readonly PlanOverride[]> {
  const overrides: PlanOverride[] = [];
  const stepOf = new Map(prepared.flatMap((step) => ('head' in step ? [[step.head.id, step] as const] : [])));
  const byId = new Map([...heads.values()].map((head) => [head.id, head] as const));
  for (const { id, name, collection: owner, deviation } of byId.values()) {
    const step = stepOf.get(id);
    if (owner !== collection || deviation?.driftsAt === undefined) continue;
    if (step?.action === 'release' || step?.action === 'delete') continue;
    const organization = step?.name ?? name;
    for (const { path, by, reason, expires } of await state.overrides(id)) {
      if (expires > now) overrides.push({ organization, path, by, reason, expires: expires.toISOString() });
    }
  }
  return overrides.sort(byPlace);
}

/** Entries that nobody declared, of the organizations that were compared. */
export function unmanagedOf(steps: readonly Prepared[]): readonly UnmanagedEntry[] {
  const entries = steps.flatMap((step) =>
    'unmanaged' in step ? step.unmanaged.map((path) => ({ organization: step.name, path })) : [],
  );
  return entries.sort(byPlace);
}

function byPlace(a: UnmanagedEntry, b: UnmanagedEntry): number {
  const [one, other] = [a, b].map(({ organization, path }) => `${organization}\n${path}`) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}
