import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { FlowRecord } from '../stores.ts';
import { FIND_FLOW } from './statements.ts';

interface FlowRow {
  trace_id: string;
  kind: FlowRecord['kind'];
  identity_provider: string;
  vendor: string | null;
  started_at: Date;
  finished_at: Date;
  outcome: FlowRecord['outcome'];
  code: string | null;
  must_act: NonNullable<FlowRecord['mustAct']> | null;
  user_id: string | null;
  steps: FlowRecord['steps'];
}

/** The newest record of this trace id. */
export async function findFlow(
  client: PoolClient,
  organizationId: string,
  traceId: string,
): Promise<FlowRecord | undefined> {
  const [row] = await query<FlowRow>(client, FIND_FLOW, [organizationId, traceId]);
  if (row === undefined) return undefined;
  return {
    traceId: row.trace_id,
    kind: row.kind,
    identityProvider: row.identity_provider,
    vendor: row.vendor ?? undefined,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    code: row.code ?? undefined,
    mustAct: row.must_act ?? undefined,
    userId: row.user_id ?? undefined,
    steps: row.steps,
  };
}
