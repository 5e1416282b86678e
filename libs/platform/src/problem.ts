import { HttpException } from '@nestjs/common';
import type { Diagnostic } from '@rolecall/org-config';
import { errorCode } from './error-code.ts';

/** One thing that is wrong; with `position` when it is known where, with the organization that it is about. */
export type ProblemDetail = Omit<Diagnostic, 'position'> &
  Partial<Pick<Diagnostic, 'position'>> & { readonly organization?: string };

/** A refusal with everything that its answer needs. `message` is for the caller: it holds no secret and no internals. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics?: readonly ProblemDetail[],
    /** When to come again. */
    readonly retryAfterSeconds: number | undefined = status === 503 ? 5 : undefined,
  ) {
    super(message);
  }
}

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
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) return problemOfStatus(error.getStatus());
  const code = errorCode(error);
  if (code === 'invalid_text')
    return new Problem(400, code, 'the request has a character that no text can have, such as NUL');
  if (code === 'database_unavailable') {
    return new Problem(
      503,
      'database_unavailable',
      'the database does not answer and nothing was changed; try again in a moment',
    );
  }
  return new Problem(500, 'internal_error', 'something went wrong here; the trace id finds it in the log');
}

function problemOfStatus(status: number): Problem {
  const known = BY_STATUS[status];
  if (known) return new Problem(status, ...known);
  if (status >= 500)
    return new Problem(500, 'internal_error', 'something went wrong here; the trace id finds it in the log');
  return new Problem(status, 'bad_request', 'the request is not acceptable');
}
