import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { FlowRecord } from '../stores.ts';
import { FIND_FLOW } from './statements.ts';

/** A flow record without its steps: who, when, how it ended. */
export type FlowSummary = Omit<FlowRecord, 'steps'>;

/** The columns of a summary. */
export interface FlowSummaryRow {
  readonly trace_id: string;
  readonly kind: FlowRecord['kind'];
  readonly identity_provider: string;
  readonly vendor: string | null;
  readonly started_at: Date;
  readonly finished_at: Date;
  readonly outcome: FlowRecord['outcome'];
  readonly code: string | null;
  readonly must_act: NonNullable<FlowRecord['mustAct']> | null;
  readonly user_id: string | null;
}

interface FlowRow extends FlowSummaryRow {
  readonly steps: FlowRecord['steps'];
}

/** The newest record of this trace id. */
export async function findFlow(
  client: PoolClient,
  organizationId: string,
  traceId: string,
): Promise<FlowRecord | undefined> {
  const [row] = await query<FlowRow>(client, FIND_FLOW, [organizationId, traceId]);
  return row && { ...flowSummary(row), steps: row.steps };
}

export function flowSummary(row: FlowSummaryRow): FlowSummary {
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
  };
}
