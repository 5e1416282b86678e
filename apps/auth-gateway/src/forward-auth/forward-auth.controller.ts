import { Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { type Database, readOrganizationToken, sha256 } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { LoginRefused } from '../errors/login-refused.ts';
import { sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { redirect } from '../http/redirect.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { sendMessage } from '../http/send-message.ts';
import { sendPage } from '../http/send-page.ts';
import { flowCookieOf } from '../login/login-wish.ts';
import { Logouts } from '../logout/logouts.ts';
import { ErrorPage } from '../pages/error-page.tsx';
import { ForwardSignOutPage } from '../pages/forward-sign-out-page.tsx';
import { OtherAccountPage } from '../pages/other-account-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { ForwardCookies, newFlow } from './forward-cookies.ts';
import { ForwardSessions } from './forward-sessions.ts';
import { forwardedRequest } from './forwarded-request.ts';
import { Handoffs, readHandoff } from './handoff.ts';
import { returnParameter, safePath, withPath } from './return-path.ts';

/** After so many sign-ins one after the other, the next would end as they did. */
const FUTILE = 2;

/** Sign-in and sign-out of applications behind a proxy. What is below `/.rolecall` comes from the application's own origin. */
@Controller()
export class ForwardAuthController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CurrentSession) private readonly session: CurrentSession,
    @Inject(ForwardSessions) private readonly forwardSessions: ForwardSessions,
    @Inject(Handoffs) private readonly handoffs: Handoffs,
    @Inject(Logouts) private readonly logouts: Logouts,
  ) {}

  /** At the application: remembers this browser, and leads it to the gateway. */
  @Get('.rolecall/start')
  async start(@Req() request: Request, @Res() response: Response): Promise<void> {
    const origin = await this.originOf(request);
    const cookies = ForwardCookies.of(origin);
    const path = safePath(returnParameter(request.originalUrl), origin);
    const now = this.clock();
    const flow = cookies.flow(request, now) ?? newFlow();
    if (flow.finished >= FUTILE) {
      cookies.clear(response);
      this.sendRefusal('cookies_not_kept', request, response);
    } else if (await this.forwardSessions.at(origin, request)) {
      cookies.setFlow(response, { ...flow, finished: flow.finished + 1 }, now);
      redirect(response, 303, withPath(origin, path));
    } else {
      cookies.setFlow(response, flow, now);
      redirect(response, 303, this.handoffs.address({ origin, path, flow: sha256(flow.secret).toString('base64url') }));
    }
  }

  /** At the gateway, which knows who is signed in, or lets somebody do so. */
  @Get('auth/start')
  async hand(
    @Query() query: Readonly<Record<string, unknown>>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const handoff = readHandoff(query);
    if (!handoff) throw new LoginRefused('bad_request', 'handoff_known', 'Open the application itself.');
    const session = await this.session.of(request);
    const handed = await this.handoffs.hand(handoff, session, this.cookies.session(request));
    if ('to' in handed) redirect(response, 303, handed.to);
    else if (handed.refused === 'unknown_origin') throw unknownOrigin();
    else sendPage(response, OtherAccountPage({ session, signInAt: handed.signInAt }), { status: 403 });
  }

  /** At the application again: the browser that began has its handle, and gets its cookie for it. */
  @Get('.rolecall/callback')
  async callback(@Query('h') h: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const origin = await this.originOf(request);
    const cookies = ForwardCookies.of(origin);
    const path = safePath(returnParameter(request.originalUrl), origin);
    const now = this.clock();
    const flow = cookies.flow(request, now);
    // also without a cookie, as a browser that nobody knows: whoever comes with a handle uses it up
    const taken = await this.handoffs.take(h, origin, (flow ?? newFlow()).secret, traceOf(request).traceId);
    if (flow && taken) {
      cookies.set(response, taken.token, taken.expires);
      cookies.setFlow(response, { ...flow, finished: flow.finished + 1 }, now);
      redirect(response, 303, withPath(origin, path));
    } else if (await this.forwardSessions.at(origin, request)) {
      redirect(response, 303, withPath(origin, path)); // another tab was first, or the page was loaded again
    } else {
      this.sendRefusal(flow ? 'forward_handle_unknown' : 'cookies_not_kept', request, response);
    }
  }

  /** Asks first: another site can send a browser here. */
  @Get('.rolecall/logout')
  async askToSignOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    const origin = await this.originOf(request);
    const session = await this.forwardSessions.at(origin, request);
    const base = this.config.url;
    if (session) sendPage(response, ForwardSignOutPage({ session, base }), { forms: 'identity-provider', base });
    else redirect(response, 303, `${base}/logged-out`);
  }

  /** Ends the session that the application was opened from, and with it all that hangs on it. */
  @Post('.rolecall/logout')
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    const origin = await this.originOf(request);
    if (!isSameOrigin(request.headers, origin)) {
      throw new LoginRefused(
        'cross_origin_request',
        'same_origin',
        'The form was not sent from a page of the application.',
      );
    }
    const cookies = ForwardCookies.of(origin);
    const token = await this.sessionTokenOf(cookies, origin, request);
    const browser = { flowCookie: flowCookieOf({ flowCookie: undefined }) };
    const message = token && (await this.logouts.signOut(token, browser, traceOf(request).traceId));
    cookies.clear(response);
    if (message) sendMessage(response, message, { title: 'Signing out', forms: 'identity-provider' });
    else redirect(response, 303, `${this.config.url}/logged-out`);
  }

  private async sessionTokenOf(cookies: ForwardCookies, origin: string, request: Request) {
    const token = readOrganizationToken(cookies.token(request));
    if (!token) return undefined;
    const { organizationId } = token;
    const hash = await this.database.forward.sessionOf(organizationId, token.hash, origin);
    return hash && { organizationId, hash };
  }

  /** The origin that the proxy names. @throws LoginRefused where nobody has an application there: nothing leads to it */
  private async originOf(request: Request): Promise<string> {
    const asked = forwardedRequest(request.headers);
    if (!asked) {
      throw new LoginRefused(
        'forward_request_unreadable',
        'origin_named',
        'The proxy does not say which origin it is.',
      );
    }
    if (!(await this.database.forward.usesOf(asked.origin)).declared) throw unknownOrigin();
    return asked.origin;
  }

  private sendRefusal(code: 'cookies_not_kept' | 'forward_handle_unknown', request: Request, response: Response): void {
    const trace = traceOf(request);
    trace.code = code;
    const sentence = sentenceOf(code);
    const base = this.config.url;
    const page = ErrorPage({ ...sentence, traceId: trace.traceId, startAt: '/', base });
    sendPage(response, page, { status: sentence.status, base });
  }
}

function unknownOrigin(): LoginRefused {
  return new LoginRefused('unknown_origin', 'origin_known', 'No enabled application has this origin.');
}
