import type { OrganizationDocument } from '@rolecall/org-config';
import type { FieldChange } from './plan.ts';
import type { Declaration, OrganizationHead, Override, StateTransaction } from './state-store.ts';
import { compareThreeWay } from './three-way.ts';

/** What an organization has that its collection has not said. */
export interface OrganizationDrift {
  readonly head: OrganizationHead;
  readonly declaration: Declaration;
  readonly live: OrganizationDocument;
  /** Declared fields that are live otherwise, as they would be taken back: `before` is live, `after` is declared. */
  readonly fields: readonly FieldChange[];
  /** Pointers of entries that nobody declared. */
  readonly unmanaged: readonly string[];
  /** Those that count at this moment. */
  readonly overrides: readonly Override[];
}

/** Every organization of the collection that deviates, by name; at most `limit`. */
export async function driftOfCollection(
  state: StateTransaction,
  collection: string,
  limit: number,
  now: Date,
): Promise<readonly OrganizationDrift[]> {
  const heads = [...(await state.heads(collection, [])).values()]
    .filter(({ deviation }) => deviation !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const drifts: OrganizationDrift[] = [];
  for (const head of heads.slice(0, limit)) {
    const declaration = await state.declaration(head.id);
    if (declaration === undefined) continue;
    const live = await state.document(head.id);
    const documents = { declaredBefore: declaration.document, declared: declaration.document, live };
    const { fields, unmanaged } = compareThreeWay(documents, { overridden: new Set(), dropUnmanaged: false });
    const overrides = (await state.overrides(head.id)).filter(({ expires }) => expires > now);
    drifts.push({ head, declaration, live, fields, unmanaged, overrides });
  }
  return drifts;
}
