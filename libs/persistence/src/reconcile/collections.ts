import type { Pool, PoolClient } from 'pg';
import { rootDigestOf } from '@rolecall/reconcile';
import type { CollectionState, FileDigest } from '@rolecall/reconcile';
import { likeOf } from '../organizations/globs.ts';
import { query } from '../sql.ts';
import * as sql from './collection-statements.ts';

interface CollectionRow {
  generation: number | null;
  deviating: number;
  root_digest: string | null;
}

/** A collection that nobody applied yet is at generation 0. */
export async function readCollection(on: Pool | PoolClient, name: string): Promise<CollectionState> {
  const [row] = await query<CollectionRow>(on, sql.READ_COLLECTION, [name]);
  return toState(name, row);
}

/** Keeps other applies to the collection waiting until the transaction ends. */
export async function lockCollection(client: PoolClient, name: string): Promise<CollectionState> {
  const [row] = await query<CollectionRow>(client, sql.LOCK_COLLECTION, [name]);
  return toState(name, row);
}

export async function readFileDigests(client: PoolClient, collection: string): Promise<readonly FileDigest[]> {
  return query<{ path: string; digest: string; organizations: string[] }>(client, sql.FILE_DIGESTS, [collection]);
}

/** Replaces all digests of the collection; the generation counts only applies that changed something. */
export async function writeFileDigests(
  client: PoolClient,
  collection: string,
  digests: readonly FileDigest[],
  changed: boolean,
): Promise<void> {
  await query(client, sql.REPLACE_FILE_DIGESTS, [collection, JSON.stringify(digests)]);
  await query(client, sql.SAVE_COLLECTION, [collection, Number(changed), rootDigestOf(digests)]);
}

/** Which of these files the last apply did not see as they are, and which of its files are gone. Sorted. */
export async function compareFiles(
  pool: Pool,
  collection: string,
  files: readonly Pick<FileDigest, 'path' | 'digest'>[],
): Promise<{ changed: string[]; removed: string[] }> {
  const rows = await query<{ state: 'changed' | 'removed'; path: string }>(pool, sql.COMPARE_FILES, [
    collection,
    JSON.stringify(files.map(({ path, digest }) => ({ path, digest }))),
  ]);
  const pathsOf = (state: 'changed' | 'removed') => rows.filter((row) => row.state === state).map((row) => row.path);
  return { changed: pathsOf('changed'), removed: pathsOf('removed') };
}

/** Whether a collection owns an organization, or has a file with one, that none of the patterns describes, or is the deployment's. */
export async function reachesBeyond(pool: Pool, collection: string, globs: readonly string[]): Promise<boolean> {
  const rows = await query<{ beyond: boolean }>(pool, sql.REACHES_BEYOND, [collection, globs.map(likeOf)]);
  return rows[0]?.beyond ?? true;
}

function toState(name: string, row: CollectionRow | undefined): CollectionState {
  return {
    name,
    generation: row?.generation ?? 0,
    deviating: row?.deviating ?? 0,
    ...(row !== undefined && row.root_digest !== null && { rootDigest: row.root_digest }),
  };
}
