import type { Pool } from 'pg';
import { findFlow } from '../logins/flow-records.ts';
import { inTransaction, query } from '../sql.ts';
import type { FlowRecord } from '../stores.ts';
import { LIST_FLOWS, LIST_REFUSED_FLOWS } from './statements.ts';

/** A flow record without its steps: who, when, how it ended. */
export type FlowSummary = Omit<FlowRecord, 'steps'>;

/** Where a page ended; the next one begins after it. */
export interface FlowCursor {
  readonly finishedAt: Date;
  readonly traceId: string;
}

export interface FlowFilter {
  readonly outcome?: FlowRecord['outcome'] | undefined;
  /** An error code, so refused flows only: with the outcome `succeeded` there are none. */
  readonly code?: string | undefined;
  readonly cursor?: FlowCursor | undefined;
  /** At least 1. */
  readonly limit: number;
}

export interface FlowPage {
  /** The one that ended last comes first. */
  readonly flows: readonly FlowSummary[];
  /** undefined at the end. */
  readonly nextCursor: FlowCursor | undefined;
}

/**
 * Flow records, for the people who must find out why a login failed. What a record says of the message of an IdP is as it
 * was recorded: bounded, but claimed by whoever sent it when the step that holds it failed.
 */
export interface FlowStore {
  list(organizationId: string, filter: FlowFilter): Promise<FlowPage>;
  /** The newest record of this trace id, with its steps. */
  find(organizationId: string, traceId: string): Promise<FlowRecord | undefined>;
}

export function flowStore(pool: Pool): FlowStore {
  return {
    async list(organizationId, { outcome, code, cursor, limit }) {
      const refusedOnly = outcome === 'refused' || (outcome === undefined && code !== undefined);
      if (outcome === 'succeeded' && code !== undefined) return { flows: [], nextCursor: undefined };
      const [statement, filter] = refusedOnly ? [LIST_REFUSED_FLOWS, code] : [LIST_FLOWS, outcome];
      const before = [cursor?.finishedAt ?? 'infinity', cursor?.traceId ?? ''];
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<SummaryRow>(client, statement, [organizationId, ...before, filter, limit + 1]),
      );
      const flows = rows.slice(0, limit).map(toSummary);
      const last = flows.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { flows, nextCursor: more ? { finishedAt: last.finishedAt, traceId: last.traceId } : undefined };
    },

    find: (organizationId, traceId) =>
      inTransaction(pool, { organizationId }, (client) => findFlow(client, organizationId, traceId)),
  };
}

interface SummaryRow {
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

function toSummary(row: SummaryRow): FlowSummary {
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
