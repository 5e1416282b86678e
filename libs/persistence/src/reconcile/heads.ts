import type { PoolClient } from 'pg';
import type { OrganizationHead } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import { HEADS, LOCK_HEADS } from './organization-statements.ts';

export interface HeadRow {
  org_id: string;
  name: string;
  collection: string | null;
  revision: number;
  digest: string;
  deletion_policy: 'retain' | 'delete';
  applied_digest: string | null;
  drifts_at: Date | null;
  unmanaged: number;
}

/** By name: those of these names and every one that the collection owns. With `lock` they stay as they are until the end. */
export async function readHeads(
  client: PoolClient,
  collection: string,
  names: readonly string[],
  lock: boolean,
): Promise<ReadonlyMap<string, OrganizationHead>> {
  const rows = await query<HeadRow>(client, lock ? LOCK_HEADS : HEADS, [collection, names]);
  return new Map(rows.map((row) => [row.name, toHead(row)]));
}

export function toHead(row: HeadRow): OrganizationHead {
  const { applied_digest: appliedDigest, drifts_at: driftsAt, unmanaged } = row;
  const deviates = driftsAt !== null || unmanaged > 0;
  return {
    id: row.org_id,
    name: row.name,
    ...(row.collection !== null && { collection: row.collection }),
    revision: row.revision,
    digest: row.digest,
    ...(appliedDigest !== null && { appliedDigest }),
    ...(deviates && { deviation: { ...(driftsAt && { driftsAt }), unmanaged } }),
    deletionPolicy: row.deletion_policy,
  };
}
