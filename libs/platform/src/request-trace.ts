import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Problem } from './problem.ts';

/** What one request is called in logs and error messages. */
export interface RequestTrace {
  /** 32 hex digits, always made here: fit to be a key. Shown to the user on an error, so that the operator finds it. */
  readonly traceId: string;
  /** The caller's `X-Request-Id` when it is sane, else the trace id. UNTRUSTED, not unique: for reading logs only. */
  readonly requestId: string;
  readonly startedAt: number;
  /** Set by whoever answers with an error: its code, for the request's log line. */
  code?: string;
  /** Beside it: what was answered, for an app that keeps a log of requests of its own. */
  problem?: Problem;
  /** The client's address when the request began: later its connection may be gone. From trusted proxies alone. PERSONAL DATA */
  client?: string;
  /** Set by whoever authenticates: the id of the API token, never its secret. */
  actor?: string;
}

/** On the message itself: a weak map of all messages costs the garbage collector more than the rest of the trace. */
const TRACE = Symbol('trace');
type Traced = IncomingMessage & { [TRACE]?: RequestTrace };
const SANE_ID = /^[A-Za-z0-9._:-]{8,64}$/;

/** A request of Node, of Express (which is one) or of Fastify (which holds one). */
export type AnyRequest = IncomingMessage | { readonly raw: IncomingMessage };

const raw = (request: AnyRequest): IncomingMessage => ('raw' in request ? request.raw : request);

/** The trace of a request; begun at the first call, which the request log makes before anything else runs. */
export function traceOf(request: AnyRequest): RequestTrace {
  const message: Traced = raw(request);
  let trace = message[TRACE];
  if (!trace) {
    const traceId = randomUUID().replaceAll('-', ''); // Node draws its random bytes in bulk
    const given = message.headers['x-request-id'];
    const requestId = typeof given === 'string' && SANE_ID.test(given) ? given : traceId;
    trace = { traceId, requestId, startedAt: performance.now() };
    message[TRACE] = trace;
  }
  return trace;
}
