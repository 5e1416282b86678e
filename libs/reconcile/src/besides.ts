import type { Prepared } from './perform.ts';
import type { PlanOverride, UnmanagedEntry } from './plan.ts';
import type { OrganizationHead, StateTransaction } from './state-store.ts';

/** Overrides that count at this moment, of every organization that the collection owns. */
export async function overridesOf(
  state: StateTransaction,
  collection: string,
  heads: ReadonlyMap<string, OrganizationHead>,
  now: Date,
): Promise<readonly PlanOverride[]> {
  const overrides: PlanOverride[] = [];
  for (const { id, name: organization, collection: owner, deviation } of heads.values()) {
    if (owner !== collection || deviation?.driftsAt === undefined) continue;
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
