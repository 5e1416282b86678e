import type { Json, OrganizationDocument } from '@rolecall/org-config';
import type { FieldChange } from '../plan/plan.ts';
import type { Declaration, OrganizationHead, Override, StateTransaction } from '../state-store.ts';
import { valueInDocument } from './origin.ts';
import { takenBack } from './three-way.ts';

/** What an organization has that its collection has not said. */
export interface OrganizationDrift {
  readonly head: OrganizationHead;
  readonly declaration: Declaration;
  readonly live: OrganizationDocument;
  /** What would be live without drift and overrides. */
  readonly back: OrganizationDocument;
  /** Declared fields that are live otherwise, as they would be taken back: `before` is live, `after` is declared. */
  readonly fields: readonly FieldChange[];
  /** Pointers of entries that nobody declared. */
  readonly unmanaged: readonly string[];
  /** Those that count at this moment. */
  readonly overrides: readonly Override[];
  /** Those that are over and were not taken back. */
  readonly ended: readonly Override[];
}

/** The values of a drifted field, each where it comes from. */
export interface DriftedValues {
  readonly live?: Json;
  /** What the files say; absent = nothing. */
  readonly declared?: Json;
  /** Where the files say nothing: what was there before the override. */
  readonly former?: Json;
  /** Where neither says anything: what counts then. */
  readonly default?: Json;
}

/** Differences name defaults like any other value; here they are told apart. */
export function valuesOfDrift(
  { declaration, back }: Pick<OrganizationDrift, 'declaration' | 'back'>,
  { path, before, after }: FieldChange,
): DriftedValues {
  const saidIn = (document: OrganizationDocument) => valueInDocument(document, path) !== undefined;
  const said = saidIn(declaration.document) ? 'declared' : saidIn(back) ? 'former' : 'default';
  return { ...(before !== undefined && { live: before }), ...(after !== undefined && { [said]: after }) };
}

/** A page of the organizations that deviate, by name. */
export interface DriftPage {
  readonly drifts: readonly OrganizationDrift[];
  /** How many deviate beyond these. */
  readonly more: number;
  /** Where the next page begins: behind this name. Absent = this is the last one. */
  readonly next?: string;
}

/** Organizations of the collection that deviate, by name, from the one after `after` on. */
export async function driftOfCollection(
  state: StateTransaction,
  collection: string,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
  now: Date,
): Promise<DriftPage> {
  const heads = [...(await state.heads(collection, [])).values()]
    .filter(({ deviation, name }) => deviation !== undefined && name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const drifts: OrganizationDrift[] = [];
  const page = heads.slice(0, limit);
  for (const head of page) {
    const declaration = await state.declaration(head.id);
    if (declaration === undefined) continue;
    const live = await state.document(head.id);
    const all = await state.overrides(head.id);
    const { fields, unmanaged, after: back } = takenBack(declaration.document, live, all);
    const overrides = all.filter(({ expires }) => expires > now);
    const ended = all.filter(({ expires }) => expires <= now);
    drifts.push({ head, declaration, live, back, fields, unmanaged, overrides, ended });
  }
  const more = heads.length - page.length;
  const last = page.at(-1)?.name;
  return { drifts, more, ...(more > 0 && last !== undefined && { next: last }) };
}
