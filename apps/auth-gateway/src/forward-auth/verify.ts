import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { DATABASE, Metrics, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import type { Counter } from 'prom-client';
import { type ForwardedRequest, forwardedRequest } from './forwarded-request.ts';
import { ForwardSessions } from './forward-sessions.ts';
import { identityHeaders } from './identity-headers.ts';
import { safePath, withPath } from './return-path.ts';

/** Why a request is not let through. */
const REFUSALS = {
  forward_request_unreadable:
    'the proxy does not say, or not in one voice, which request it asks about; see the guide on forward-auth',
  unknown_origin: 'no enabled application of an organization has this origin; declare it under applications',
  no_session: 'nobody is signed in here; open /.rolecall/start of this origin in a browser',
} as const;

/**
 * `GET /auth/verify`: may this request pass, and whose is it? An Express handler of its own, as `/session` is. Each answer is
 * `Cache-Control: no-store` (all of the gateway's are): a proxy that kept one would let somebody in who has left.
 */
@Injectable()
export class VerifyForward {
  private readonly outcomes: Counter<'outcome'>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ForwardSessions) private readonly sessions: ForwardSessions,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.outcomes = metrics.counter('rolecall_forward_auth_total', 'Requests that proxies asked about, by outcome', [
      'outcome',
    ]);
  }

  readonly answer = async (request: Request, response: Response): Promise<void> => {
    const asked = forwardedRequest(request.headers);
    if (!asked) {
      this.refuse('forward_request_unreadable', request, response);
      return;
    }
    const session = await this.sessions.at(asked.origin, request);
    if (session) {
      this.outcomes.inc({ outcome: 'passed' });
      response.writeHead(200, { ...identityHeaders(session), 'Content-Length': 0 }).end();
    } else if ((await this.database.forward.usesOf(asked.origin)).declared) {
      this.signIn(asked, request, response);
    } else {
      this.refuse('unknown_origin', request, response);
    }
  };

  /** nginx says itself where a 401 leads to. */
  private signIn(asked: ForwardedRequest, request: Request, response: Response): void {
    if (!asked.navigates || !asked.passesRedirects) {
      this.refuse('no_session', request, response);
      return;
    }
    const path = encodeURIComponent(safePath(asked.uri, asked.origin));
    this.outcomes.inc({ outcome: 'redirected' });
    response.writeHead(302, { Location: withPath(asked.origin, `/.rolecall/start?rd=${path}`), 'Content-Length': 0 });
    response.end();
  }

  private refuse(code: keyof typeof REFUSALS, request: Request, response: Response): void {
    this.outcomes.inc({ outcome: code });
    const trace = traceOf(request);
    trace.code = code;
    const text = JSON.stringify({ error: { code, message: REFUSALS[code], traceId: trace.traceId } });
    const length = Buffer.byteLength(text);
    response.writeHead(code === 'no_session' ? 401 : 403, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': length,
    });
    response.end(text);
  }
}
