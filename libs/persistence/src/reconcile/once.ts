import type { Pool, PoolClient } from 'pg';
import { APPLY_RESULT_MS } from '@rolecall/reconcile';
import type { ApplyResult, AppliedRevision, PlanSummary, SavedPlan } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import * as sql from './once-statements.ts';

interface PlanRow {
  plan_id: string;
  collection: string;
  fingerprint: string;
  base: string;
  expires_at: Date;
  used_at: Date | null;
}

interface ResultRow {
  apply_id: string;
  actor: string;
  collection: string;
  fingerprint: string;
  summary: PlanSummary;
  applied: AppliedRevision[];
}

export async function savePlan(pool: Pool, plan: SavedPlan): Promise<void> {
  const { id, collection, fingerprint, base, expiresAt } = plan;
  await query(pool, sql.SAVE_PLAN, [id, collection, fingerprint, base, expiresAt]);
}

/** @param lock keeps others from using it until the transaction ends */
export async function savedPlan(client: PoolClient, id: string, lock: boolean): Promise<SavedPlan | undefined> {
  const [row] = await query<PlanRow>(client, lock ? sql.LOCK_PLAN : sql.FIND_PLAN, [id]);
  return (
    row && {
      id: row.plan_id,
      collection: row.collection,
      fingerprint: row.fingerprint,
      base: row.base,
      expiresAt: row.expires_at,
      ...(row.used_at !== null && { usedAt: row.used_at }),
    }
  );
}

export async function usePlan(client: PoolClient, id: string, now: Date): Promise<void> {
  await query(client, sql.USE_PLAN, [id, now]);
}

export async function applyResult(client: PoolClient, id: string): Promise<ApplyResult | undefined> {
  const [row] = await query<ResultRow>(client, sql.FIND_RESULT, [id]);
  if (row === undefined) return undefined;
  const { apply_id: _, ...result } = row;
  return { id: row.apply_id, ...result };
}

export async function keepApplyResult(client: PoolClient, result: ApplyResult, now: Date): Promise<void> {
  const { id, actor, collection, fingerprint, summary, applied } = result;
  const values = [id, actor, collection, fingerprint, JSON.stringify(summary), JSON.stringify(applied), now];
  await query(client, sql.KEEP_RESULT, values);
}

/** Deletes saved plans whose time is over, and results that nobody asks for any more; returns how many. */
export async function purgeOnce(pool: Pool, now: Date): Promise<number> {
  const [row] = await query<{ purged: number }>(pool, sql.PURGE_ONCE, [now, new Date(now.getTime() - APPLY_RESULT_MS)]);
  return row?.purged ?? 0;
}
