import { RevisionMovedError } from '@rolecall/reconcile';
import type { NewOrganization, NewRevision, OrganizationHead } from '@rolecall/reconcile';
import { driverError } from '../errors.ts';
import type { LiveRevisionRow } from '../organizations/load-organization.ts';
import { LIVE_REVISION } from '../organizations/statements.ts';
import { toHead } from './heads.ts';
import type { HeadRow } from './heads.ts';
import type { OrganizationConnection } from './organization-connection.ts';
import { ADD_REVISION, CREATE_ORGANIZATION, RENAME_ORGANIZATION } from './organization-statements.ts';
import { nameTaken } from './routes.ts';

/** Revision 1 of a new organization; throws a ReconcileError where the name is not free. */
export async function insertOrganization(
  on: OrganizationConnection,
  id: string,
  { collection, name, revision }: NewOrganization,
  now: Date,
): Promise<OrganizationHead> {
  const { document, digest, origin } = revision;
  const deletionPolicy = deletionPolicyOf(revision);
  const values = [name, collection, JSON.stringify(document), digest, deletionPolicy, JSON.stringify(origin), now];
  const created = await on.query<{ org_id: string }>(id, CREATE_ORGANIZATION, values);
  if (created.length === 0) throw nameTaken(name, name);
  return { id, name, collection, revision: 1, digest, appliedDigest: digest, deletionPolicy };
}

/** The one behind `base`; throws a RevisionMovedError when that is not the live one. */
export async function insertRevision(
  on: OrganizationConnection,
  id: string,
  base: number,
  revision: NewRevision,
  now: Date,
): Promise<OrganizationHead> {
  const { document, digest, origin } = revision;
  const policy = deletionPolicyOf(revision);
  const values = [base, JSON.stringify(document), digest, policy, JSON.stringify(origin), now];
  const [row] = await on.query<HeadRow>(id, ADD_REVISION, values);
  if (row !== undefined) return toHead(row);
  const live = await liveRevision(on, id);
  throw new RevisionMovedError(live.name, base, live.revision);
}

/** Throws a ReconcileError where the name is not free. */
export async function renameOrganization(on: OrganizationConnection, id: string, name: string): Promise<void> {
  const renamed = await on.query(id, RENAME_ORGANIZATION, [name]).catch((error: unknown) => {
    throw driverError(error).constraint === 'organization_registry_pkey' ? nameTaken(name, name) : error;
  });
  if (renamed.length === 0) throw nameTaken(name, name);
}

export async function liveRevision(on: OrganizationConnection, id: string): Promise<LiveRevisionRow> {
  const [row] = await on.query<LiveRevisionRow>(id, LIVE_REVISION);
  if (row === undefined) throw new Error(`there is no organization ${id}`);
  return row;
}

function deletionPolicyOf({ document }: NewRevision): 'retain' | 'delete' {
  return document.metadata.deletionPolicy ?? 'retain';
}
