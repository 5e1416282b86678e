import type { FlowCursor, FlowFilter, FlowRecord } from '@rolecall/persistence';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';

const OUTCOMES: readonly FlowRecord['outcome'][] = ['succeeded', 'refused'];
const CODE = /^[a-z][a-z0-9_]{0,63}$/;
const TRACE_ID = /^[0-9a-f]{32}$/;
/** Milliseconds of the year 2001 to 2286 and a trace id; opaque to the caller. */
const CURSOR = /^(\d{13})-([0-9a-f]{32})$/;

/**
 * Which flow records a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function flowFilterOf(query: Query): FlowFilter {
  knownOnly(query, ['outcome', 'code', 'cursor', 'limit']);
  const { code, cursor } = query;
  const outcome = OUTCOMES.find((known) => known === query['outcome']);
  if (outcome === undefined && query['outcome'] !== undefined)
    throw invalidQuery('the outcome is succeeded or refused');
  if (code !== undefined && !matches(code, CODE))
    throw invalidQuery('the code is an error code, such as unmatched_role');
  return { outcome, code, cursor: cursorOf(cursor), limit: limitOf(query) };
}

/** Whether a text can be the trace id of an error page. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text);
}

/** A cursor as the caller gets it, and brings it back. */
export function cursorText({ finishedAt, traceId }: FlowCursor): string {
  return `${String(finishedAt.getTime()).padStart(13, '0')}-${traceId}`;
}

function cursorOf(cursor: unknown): FlowCursor | undefined {
  if (cursor === undefined) return undefined;
  const [, time, traceId] = (typeof cursor === 'string' ? CURSOR.exec(cursor) : undefined) ?? [];
  if (time === undefined || traceId === undefined) throw invalidQuery('the cursor is not one of a page');
  return { finishedAt: new Date(Number(time)), traceId };
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
