import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type Logger, problemOf, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { sendPage } from '../http/send-page.ts';
import { TooManyRequests } from '../limits/too-many-requests.ts';
import { ErrorPage } from '../pages/error-page.tsx';
import { TestPage } from '../pages/test-page.tsx';
import { LoginRefused, RecordedLogoutRefusal, RecordedRefusal } from './login-refused.ts';
import { LOGOUT_REFUSED, type Sentence, sentenceOf, sentenceOfStatus } from './sentences.ts';

/** Routes that programs ask; they get errors as JSON. */
const JSON_PATHS = new Set(['/session', '/auth/verify', '/healthz', '/readyz', '/metrics']);
/** At an application's origin, where a page could lead nowhere. */
const AT_APPLICATION = '/.rolecall/';
const BACKCHANNEL = /^\/oidc\/[^/]+\/[^/]+\/backchannel-logout$/;

/** Answers every error: a page with one sentence and the trace id, or the test report of `/sso/test`. Never a reason. */
@Catch()
export class PageFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const trace = traceOf(request);
    const { code, sentence } = this.explain(error, trace.traceId);
    trace.code = code;
    const traceId = error instanceof RecordedRefusal ? error.traceId : trace.traceId;
    if (response.headersSent) {
      response.end();
      return;
    }
    if (sentence.status === 503) response.setHeader('Retry-After', '5');
    if (error instanceof TooManyRequests) response.setHeader('Retry-After', String(error.retryAfterSeconds));
    if (isForPrograms(request.path)) {
      response.status(sentence.status).json({ error: { code, message: sentence.sentence, traceId } });
      return;
    }
    const report = error instanceof RecordedRefusal ? error.report : undefined;
    const { startAt, repairAt = sentence.repairAt } = error instanceof RecordedRefusal ? error : {};
    const page = report ? TestPage({ report }) : ErrorPage({ ...sentence, traceId, startAt, repairAt });
    sendPage(response, page, { status: sentence.status });
  }

  /** The code and its sentence. What nobody foresaw is logged with its stack and shown without. */
  private explain(error: unknown, traceId: string): { code: string; sentence: Sentence } {
    if (error instanceof RecordedLogoutRefusal) return { code: error.refusal.code, sentence: LOGOUT_REFUSED };
    const refusal = error instanceof RecordedRefusal ? error.refusal : error;
    if (refusal instanceof LoginRefused) return { code: refusal.code, sentence: sentenceOf(refusal.code) };
    if (error instanceof TooManyRequests) return { code: error.code, sentence: sentenceOf(error.code) };
    const problem = problemOf(isHttpError(error) ? new HttpException('', error.status) : error);
    if (problem.status >= 500) this.logger.error({ err: error, traceId, code: problem.code }, problem.message);
    return { code: problem.code, sentence: sentenceOfStatus(problem.code, problem.status) };
  }
}

function isForPrograms(path: string): boolean {
  return JSON_PATHS.has(path) || path.startsWith(AT_APPLICATION) || BACKCHANNEL.test(path);
}

/** What Express middleware throws for a body that is too large, of another kind, or broken (http-errors). */
function isHttpError(error: unknown): error is Error & { readonly status: number } {
  return error instanceof Error && 'expose' in error && 'status' in error && typeof error.status === 'number';
}
