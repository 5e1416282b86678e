import type { Database, FormerGrant, GrantSource, OrganizationRecord, RevisionEntry } from '@rolecall/persistence';
import { placeOf } from '@rolecall/reconcile';
import type { OrganizationDocument } from '@rolecall/org-config';
import { entryOf } from './mapped-by.ts';

type Revision = RevisionEntry & { readonly document: OrganizationDocument };

/**
 * What a user held at a moment and why: the entries of the revision that gave it, with where they stand, what matched, since when and
 * until when. undefined when there is no such user.
 * @param userId UNTRUSTED
 */
export async function accessOf(
  database: Pick<Database, 'users' | 'registry'>,
  { organizationId }: OrganizationRecord,
  userId: string,
  at: Date,
): Promise<object | undefined> {
  const held = await database.users.heldAt(organizationId, userId, at);
  if (held === undefined) return undefined;
  const revisions = new Map<number, Revision | undefined>();
  for (const number of new Set(held.map(({ revision }) => revision)))
    revisions.set(number, await database.registry.revision(organizationId, number));
  return { at: at.toISOString(), grants: held.map((grant) => explained(grant, revisions.get(grant.revision))) };
}

function explained({ scope, role, sources, since, until }: FormerGrant, revision: Revision | undefined): object {
  return {
    scope,
    role,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
    sources: sources.map((source) => ({ ...source, place: placeIn(source, revision) })),
    revision: revision ? presented(revision) : null,
  };
}

/** Where the entry stands in the files of that revision, as far as it was noted. */
function placeIn(source: GrantSource, revision: Revision | undefined): string | null {
  if (revision === undefined) return null;
  const entry = entryOf(revision.document, source);
  const place = entry === undefined ? '' : placeOf(entry.pointer, revision.origin);
  return place === '' ? null : place;
}

function presented({ number, origin, appliedAt }: Revision): object {
  const { actor, repository = null, commit = null, file = null } = origin;
  return { number, appliedAt: appliedAt.toISOString(), appliedBy: actor, repository, commit, file };
}
