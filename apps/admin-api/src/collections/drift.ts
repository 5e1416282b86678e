import { canonicalJson } from '@rolecall/org-config';
import type { Json } from '@rolecall/org-config';
import type { Database, RevisionEntry } from '@rolecall/persistence';
import { driftOfCollection, overrideAt, placeOf, valueInDocument, valuesOfDrift } from '@rolecall/reconcile';
import type { OrganizationDrift } from '@rolecall/reconcile';

/** So many organizations are looked into; more are counted. */
const MAX_ORGANIZATIONS = 200;
/** So far back is looked for who changed a field. */
const MAX_REVISIONS = 50;

type Stores = Pick<Database, 'reconcileState' | 'registry'>;

/** What the server has of a collection that its files have not said, and who did it, as far as the last revisions tell. */
export async function driftReport(
  database: Stores,
  { collection, after, actor }: { readonly collection: string; readonly after?: string; readonly actor: string },
  now: Date,
): Promise<object> {
  const store = database.reconcileState({ actor, now });
  const { drifts, more, next } = await store.transaction('rollback', (state) =>
    driftOfCollection(state, collection, { after, limit: MAX_ORGANIZATIONS }, now),
  );
  const organizations: object[] = [];
  for (const drift of drifts) organizations.push(await described(database, drift));
  return { collection, organizations, more, nextCursor: next ?? null };
}

async function described({ registry }: Stores, drift: OrganizationDrift): Promise<object> {
  const { head, declaration, fields, unmanaged, overrides, ended } = drift;
  const authors = await authorsOf(registry, drift);
  return {
    organization: head.name,
    revision: head.revision,
    file: declaration.origin.file ?? null,
    fields: fields.map((field) => ({
      path: field.path,
      action: field.action,
      ...valuesOfDrift(drift, field),
      place: placeOf(field.path, declaration.origin) || null,
      ...author(authors.get(field.path)),
      override: overrideOf(overrideAt(field.path, overrides)),
      ended: endedOf(overrideAt(field.path, ended)),
    })),
    unmanaged: unmanaged.map((path) => ({ path, ...author(authors.get(path)) })),
  };
}

function author(revision: RevisionEntry | undefined) {
  return { by: revision?.origin.actor ?? null, since: revision?.appliedAt.toISOString() ?? null };
}

function overrideOf(override: OrganizationDrift['overrides'][number] | undefined) {
  return override ? { by: override.by, reason: override.reason, expires: override.expires.toISOString() } : null;
}

function endedOf(override: OrganizationDrift['ended'][number] | undefined) {
  const { stays } = override ?? {};
  const refused = stays === undefined || stays === 'pending' ? null : stays;
  return override ? { ...overrideOf(override), refused } : null;
}

/** By pointer: the newest revision in which the value is another one than in the revision before. */
async function authorsOf(
  registry: Stores['registry'],
  { head, fields, unmanaged }: OrganizationDrift,
): Promise<ReadonlyMap<string, RevisionEntry>> {
  const open = new Set([...fields.map(({ path }) => path), ...unmanaged]);
  const authors = new Map<string, RevisionEntry>();
  let revision = await registry.revision(head.id, head.revision);
  for (let looked = 0; revision && open.size > 0 && looked < MAX_REVISIONS; looked += 1) {
    const before = await registry.revision(head.id, revision.number - 1);
    for (const path of open) {
      if (textAt(revision, path) === textAt(before, path)) continue;
      authors.set(path, revision);
      open.delete(path);
    }
    revision = before;
  }
  return authors;
}

function textAt(revision: Awaited<ReturnType<Stores['registry']['revision']>>, path: string): string {
  const value: Json | undefined = revision && valueInDocument(revision.document, path);
  return canonicalJson(value ?? null);
}
