import type { MemoryStateStore } from '@rolecall/reconcile/testing';
import { Refusal } from './test-refusal.ts';

/** What the routes of organizations and of the platform document answer; undefined = none of them. */
export function answerOfOrganizations(store: MemoryStateStore, url: string, now: Date): unknown {
  if (url === '/v1/platform') return platform(store);
  const { pathname, searchParams } = new URL(url, 'http://server');
  if (pathname === '/v1/organizations') return organizations(store, searchParams);
  const [, name, revisions, number] =
    /^\/v1\/organizations\/([^/]+)(?:\/(revisions)(?:\/(\d+))?)?$/.exec(pathname) ?? [];
  return name === undefined
    ? undefined
    : organization(store, name, { revisions: revisions !== undefined, number }, now);
}

function platform(store: MemoryStateStore) {
  return store.transaction('rollback', async ({ platform }) => {
    const live = await platform.live();
    if (live) return live;
    throw new Refusal(404, 'no_platform', 'nobody has applied a document of kind Platform yet');
  });
}

/** A page has two, so that commands have to turn it. */
function organizations(store: MemoryStateStore, query: URLSearchParams) {
  const all = store
    .organizations()
    .toSorted((a, b) => (a.head.name < b.head.name ? -1 : 1))
    .filter(({ head }) => head.name > (query.get('cursor') ?? ''));
  const organizations = all.slice(0, 2).map(({ head: { name, digest, revision, collection = null }, revisions }) => {
    const document = query.get('documents') === 'true' ? { document: revisions[revision - 1]?.document } : {};
    return { name, digest, revision, collection, ...document };
  });
  return { organizations, nextCursor: all.length > 2 ? (organizations.at(-1)?.name ?? null) : null };
}

function organization(
  store: MemoryStateStore,
  name: string,
  { revisions, number }: { readonly revisions: boolean; readonly number: string | undefined },
  now: Date,
) {
  const found = store.organizations().find(({ head }) => head.name === name);
  if (!found) throw new Refusal(404, 'unknown_organization', 'there is no organization of this name');
  const { revision, digest, collection = null } = found.head;
  const entries = found.revisions.map(({ origin, digest: of }, index) => ({
    digest: of,
    number: index + 1,
    appliedAt: now.toISOString(),
    appliedBy: origin.actor,
    repository: origin.repository ?? null,
    commit: origin.commit ?? null,
    file: origin.file ?? null,
  }));
  if (number !== undefined) {
    const at = Number(number) - 1;
    return entries[at] ? { ...entries[at], document: found.revisions[at]?.document } : unknownRevision();
  }
  if (revisions) return { revisions: entries.toReversed(), nextCursor: null };
  return { name, collection, revision, digest, document: found.revisions.at(-1)?.document };
}

function unknownRevision(): never {
  throw new Refusal(404, 'unknown_revision', 'the organization has no revision of this number');
}
