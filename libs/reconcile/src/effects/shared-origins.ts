import type { OrganizationDocument } from '@rolecall/org-config';
import type { Impact } from '../plan/plan.ts';
import type { StateTransaction } from '../state-store.ts';

/**
 * Origins that a change brings and that other organizations declare too. A proxy there lets in the users of each: whoever reviews it must
 * know, since the application has to tell them apart. Asked once the change is written.
 */
export async function sharedOrigins(
  state: StateTransaction,
  organizationId: string,
  { before, after }: { readonly before?: OrganizationDocument; readonly after: OrganizationDocument },
): Promise<Pick<Impact, 'sharedOrigins'>> {
  const had = before ? originsIn(before) : new Map<string, string>();
  const added = [...originsIn(after)].filter(([origin]) => !had.has(origin));
  if (added.length === 0) return {};
  const shared = await state.signIns.originsOfOthers(
    organizationId,
    added.map(([origin]) => origin),
  );
  const names = new Map(added);
  const found = shared.map((one) => ({ application: names.get(one.origin) ?? '', ...one }));
  return found.length === 0 ? {} : { sharedOrigins: found };
}

/** With the name of the application, on or off. */
function originsIn({ spec }: OrganizationDocument): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(spec.applications ?? {}).flatMap(([name, application]) =>
      application.type === 'forward-auth' ? application.origins.map((origin) => [origin, name] as const) : [],
    ),
  );
}
