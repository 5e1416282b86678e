import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { Logger } from './logger.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { traceOf } from './request-trace.ts';
import type { AnyRequest } from './request-trace.ts';

/** How an app writes a problem: the body and its media type. */
export type RenderProblem = (
  problem: Problem,
  traceId: string,
) => { readonly body: object; readonly contentType: string };

/** `{ "error": { code, message, traceId, diagnostics? } }`. */
export const renderJsonProblem: RenderProblem = (problem, traceId) => {
  const { code, message, diagnostics } = problem;
  return { body: { error: { code, message, traceId, diagnostics } }, contentType: 'application/json; charset=utf-8' };
};

/** Answers every error of a JSON app, on either adapter. What it can't explain it logs with the trace id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly adapter: AbstractHttpAdapter,
    private readonly log: Logger,
    private readonly render: RenderProblem = renderJsonProblem,
    private readonly explain: (error: unknown) => unknown = (error) => error,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const trace = traceOf(http.getRequest<AnyRequest>());
    const problem = problemOf(this.explain(error));
    trace.code = problem.code;
    trace.problem = problem;
    if (problem.status >= 500)
      this.log.error({ err: error, traceId: trace.traceId, code: problem.code }, problem.message);
    const response = http.getResponse<object>();
    if (this.adapter.isHeadersSent(response)) {
      this.adapter.end(response);
      return;
    }
    const { body, contentType } = this.render(problem, trace.traceId);
    this.adapter.setHeader(response, 'Content-Type', contentType);
    if (problem.status === 401) this.adapter.setHeader(response, 'WWW-Authenticate', 'Bearer');
    const { retryAfterSeconds: wait } = problem;
    if (wait !== undefined) this.adapter.setHeader(response, 'Retry-After', String(wait));
    this.adapter.reply(response, body, problem.status);
  }
}
