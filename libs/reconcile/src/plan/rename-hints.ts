import { canonicalJson } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { isObject, keysOf, pointerTo, RENAMEABLE_MAPS } from '../fields/address.ts';
import type { Prepared } from '../prepare.ts';
import type { FieldChange, OrganizationChange } from './plan.ts';
import { asJson } from '../fields/renames.ts';
import type { OrganizationHead, StateTransaction } from '../state-store.ts';

/** What goes and what comes are taken for one when so much of them is equal. */
const ALIKE = 0.8;
/** So many organizations that go are compared with those that come. */
const MAX_COMPARED = 20;
/** Two organizations of a few settings are alike by chance. */
const MIN_PARTS = 5;

/** Marks each entry that comes, in a map whose entries can be renamed, while one goes that is much like it. */
export function withRenameHints(fields: readonly FieldChange[]): readonly FieldChange[] {
  const entries = (action: 'create' | 'delete') =>
    fields.filter((field) => field.action === action && RENAMEABLE_MAPS.some((map) => map === parentOf(field.path)));
  const [gone, come] = [entries('delete'), entries('create')];
  if (gone.length === 0 || come.length === 0) return fields;
  const hints = new Map<FieldChange, string>();
  for (const created of come.slice(0, MAX_COMPARED)) {
    const alike = gone
      .filter(({ path }) => parentOf(path) === parentOf(created.path))
      .find(({ before }) => likeness(before, created.after) >= ALIKE);
    if (alike) hints.set(created, keysOf(alike.path).at(-1) ?? '');
  }
  return fields.map((field) => (hints.has(field) ? { ...field, looksLike: hints.get(field) } : field));
}

/** Marks each organization that is created while one goes, or is no longer in the files, that is much like it. */
export async function withOrganizationHints(
  state: StateTransaction,
  changes: readonly OrganizationChange[],
  steps: readonly Prepared[],
  absent: readonly OrganizationHead[],
): Promise<OrganizationChange[]> {
  const created = steps.filter((step) => step.action === 'create').slice(0, MAX_COMPARED);
  if (created.length === 0) return [...changes];
  const gone: { name: string; document: OrganizationDocument }[] = [];
  for (const step of steps) {
    if (step.action === 'release' || step.action === 'delete') gone.push({ name: step.name, document: step.before });
  }
  for (const { id, name } of absent.slice(0, MAX_COMPARED)) gone.push({ name, document: await state.document(id) });
  const hints = new Map<string, string>();
  for (const { name, after } of created) {
    const alike = gone.slice(0, MAX_COMPARED).find(({ document }) => areAlike(document, after));
    if (alike) hints.set(name, alike.name);
  }
  return changes.map((change) => {
    const looksLike = change.action === 'create' ? hints.get(change.organization) : undefined;
    return looksLike === undefined ? change : { ...change, looksLike };
  });
}

function areAlike(a: OrganizationDocument, b: OrganizationDocument): boolean {
  const [one, other] = [a, b].map((document) => asJson(document)) as [Json, Json];
  return partsOf(one).size >= MIN_PARTS && likeness(one, other) >= ALIKE;
}

/** The share of parts that both have, of the one with more; 0 when there is nothing to compare. */
function likeness(a: Json | undefined, b: Json | undefined): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  const most = Math.max(one.size, other.size);
  return most === 0 ? 0 : [...one].filter((part) => other.has(part)).length / most;
}

/** Every leaf with its place; items of a list without it, since sets have no places. */
function partsOf(value: Json | undefined, path = ''): Set<string> {
  if (value === undefined) return new Set();
  const entries: [string, Json][] = Array.isArray(value)
    ? (value as readonly Json[]).map((item) => ['*', item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (entries.length > 0) return new Set(entries.flatMap(([key, entry]) => [...partsOf(entry, pointerTo(path, key))]));
  return typeof value === 'object' && value !== null ? new Set() : new Set([`${path} ${canonicalJson(value)}`]);
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}
