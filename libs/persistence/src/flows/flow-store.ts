import type { Pool } from 'pg';
import { findFlow, flowSummary, type FlowSummary, type FlowSummaryRow } from '../logins/flow-records.ts';
import { inTransaction, query } from '../sql.ts';
import type { FlowRecord } from '../stores.ts';
import { LIST_FLOWS, LIST_REFUSED_FLOWS } from './statements.ts';

export type { FlowSummary } from '../logins/flow-records.ts';

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
        query<FlowSummaryRow>(client, statement, [organizationId, ...before, filter, limit + 1]),
      );
      const flows = rows.slice(0, limit).map(flowSummary);
      const last = flows.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { flows, nextCursor: more ? { finishedAt: last.finishedAt, traceId: last.traceId } : undefined };
    },

    find: (organizationId, traceId) =>
      inTransaction(pool, { organizationId }, (client) => findFlow(client, organizationId, traceId)),
  };
}
