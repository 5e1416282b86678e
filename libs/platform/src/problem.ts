import { HttpException } from '@nestjs/common';
import type { Diagnostic } from '@rolecall/org-config';
import { errorCode } from './error-code.ts';

/** A refusal with everything that its answer needs. `message` is for the caller: it holds no secret and no internals. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics?: readonly Omit<Diagnostic, 'position'>[],
  ) {
    super(message);
  }
}

/** HTTP status of error codes of the plain libraries; whatever is not named here is an internal error. */
export type CodeStatuses = Readonly<Record<string, number>>;

/** What the framework refuses, by status; its own messages name files and functions, so they are not shown. */
const BY_STATUS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['malformed_request', 'the request can not be read; send well-formed JSON as its content type says'],
  401: ['unauthorized', 'a valid bearer token is needed'],
  403: ['forbidden', 'this is not allowed'],
  404: ['not_found', 'there is nothing here'],
  405: ['method_not_allowed', 'this method is not allowed here'],
  408: ['request_timeout', 'the request took too long to arrive'],
  413: ['body_too_large', 'the body is larger than this route accepts'],
  414: ['url_too_long', 'the URL is too long'],
  415: ['unsupported_media_type', 'this content type is not accepted here'],
  431: ['headers_too_large', 'the headers are too large'],
};

/**
 * Any thrown value as a Problem. Unknown errors become `internal_error` without details: the caller gets a trace id, the
 * log gets the error.
 */
export function problemOf(error: unknown, statuses: CodeStatuses = {}): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) return problemOfStatus(error.getStatus());
  if (isDatabaseUnavailable(error)) {
    return new Problem(503, 'database_unavailable', 'the database does not answer; try again in a moment');
  }
  const code = errorCode(error);
  const status = code !== undefined && Object.hasOwn(statuses, code) ? statuses[code] : undefined;
  if (code !== undefined && status !== undefined) return new Problem(status, code, messageOf(error));
  return new Problem(500, 'internal_error', 'something went wrong here; the trace id finds it in the log');
}

function problemOfStatus(status: number): Problem {
  const known = BY_STATUS[status];
  if (known) return new Problem(status, ...known);
  if (status >= 500)
    return new Problem(500, 'internal_error', 'something went wrong here; the trace id finds it in the log');
  return new Problem(status, 'bad_request', 'the request is not acceptable');
}

/** Codes of the socket, of PostgreSQL (class 08, 53300, 57P0x) and texts of `pg` for a lost or unreachable server. */
const UNAVAILABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|08...|53300|57P0[1-5])$/;
const UNAVAILABLE_TEXT =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i;

/** Whether an error, or one that caused it, says that the database can't be reached. Looks a few causes deep. */
export function isDatabaseUnavailable(error: unknown, depth = 5): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const code = errorCode(error);
  if (code === 'database_unavailable' || (code !== undefined && UNAVAILABLE.test(code))) return true;
  if (UNAVAILABLE_TEXT.test(messageOf(error))) return true;
  const { cause, previous, errors } = error as { cause?: unknown; previous?: unknown; errors?: unknown };
  const causes = [cause, previous, ...(Array.isArray(errors) ? errors : [])];
  return causes.some((inner) => isDatabaseUnavailable(inner, depth - 1));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
