import { matchesGlobs } from '@rolecall/org-config';
import type { Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import { unknownOrganization } from '../organizations/known-organization.ts';
import { called } from './principal.ts';
import type { Principal } from './principal.ts';

/** What a route says of itself and of the request. */
export interface Reached {
  /** Of the path. UNTRUSTED */
  readonly params: unknown;
  /** The handler holds what it does to the caller's organizations. */
  readonly narrowed: boolean;
}

/** Whether a caller may know of an organization of this name. */
export function reaches({ organizations }: Pick<Principal, 'organizations'>, name: string): boolean {
  return organizations === undefined || matchesGlobs(organizations, name);
}

/**
 * Holds a request to the organizations of its caller by what its path names. An organization outside is as unknown as one that
 * does not exist; a collection must be inside as a whole, since its digests tell of all of its files, and not the platform document's; what names neither is the
 * deployment's, unless its handler narrows it.
 * @throws Problem 404 `unknown_organization`, 403 `collection_out_of_reach`, `organizations_restricted`
 */
export async function requireReach(
  caller: Principal,
  { params, narrowed }: Reached,
  collections: Pick<Database['collections'], 'reachesBeyond'>,
): Promise<void> {
  const { organizations } = caller;
  if (organizations === undefined) return;
  const { organization, collection } = params as Readonly<Record<string, string | undefined>>;
  if (organization !== undefined) {
    if (!reaches(caller, organization)) throw unknownOrganization();
  } else if (collection !== undefined) await requireCollection(organizations, collection, collections);
  else if (!narrowed) throw restricted(caller);
}

/** @throws Problem 403 `collection_out_of_reach` */
export async function requireCollection(
  organizations: readonly string[],
  collection: string,
  collections: Pick<Database['collections'], 'reachesBeyond'>,
): Promise<void> {
  if (await collections.reachesBeyond(collection, organizations)) throw collectionOutOfReach();
}

/** Names nobody: who is outside is not this caller's to know. */
export function collectionOutOfReach(): Problem {
  const what = 'the collection has organizations, or the platform document, that this caller is not for';
  return new Problem(403, 'collection_out_of_reach', `${what}; keep those that it is for in a collection of their own`);
}

/** What belongs to the deployment is not for a caller of some organizations. */
export function restricted(caller: Pick<Principal, 'kind' | 'name'>): Problem {
  const sentence = `this is about the whole deployment, and ${called(caller)} is for some organizations only`;
  return new Problem(403, 'organizations_restricted', sentence);
}
