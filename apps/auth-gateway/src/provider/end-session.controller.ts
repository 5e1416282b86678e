import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { readOrganizationToken } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { Cookies } from '../http/cookies.ts';
import { redirect } from '../http/redirect.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendMessage } from '../http/send-message.ts';
import { sendPage } from '../http/send-page.ts';
import { withQuery } from '../http/with-query.ts';
import { flowCookieOf } from '../login/login-wish.ts';
import { Logouts } from '../logout/logouts.ts';
import { EndSessionPage } from '../pages/end-session-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { checkEndSession, type EndSession, type EndSessionRequest, readEndSession } from './end-session.ts';
import { OpenIdProvider } from './openid-provider.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** Sign-out that an application began. In front of oidc-provider's own pages: the session that ends is the gateway's. */
@Controller('op/session/end')
export class EndSessionController {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CurrentSession) private readonly session: CurrentSession,
    @Inject(Logouts) private readonly logouts: Logouts,
    @Inject(OpenIdProvider) private readonly provider: OpenIdProvider,
  ) {}

  /** Asks first: another site can send a browser here. */
  @Get()
  async ask(@Query() query: Parameters, @Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = readEndSession(query);
    const { to, clientId } = await this.check(asked);
    // the hint has done its part, and may be as long as the user has groups
    const fields = fieldsOf({ ...asked, idTokenHint: undefined, clientId });
    const session = await this.session.of(request);
    if (!session) redirect(response, 303, to ?? '/logged-out');
    else sendPage(response, EndSessionPage({ session, fields }), { forms: 'identity-provider' });
  }

  /** A form of another site comes without our cookies: it is asked for again as a link would be. */
  @Post()
  again(@Body() form: unknown, @Res() response: Response): void {
    redirect(response, 303, withQuery('/op/session/end', fieldsOf(readEndSession(Object(form) as Parameters))));
  }

  /** Ends the session, and everything that hangs on it. Where the identity provider is told too, the way ends at our page. */
  @Post('confirm')
  @UseGuards(SameOriginGuard)
  async end(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { to } = await this.check(readEndSession(Object(form) as Parameters));
    const token = readOrganizationToken(this.cookies.session(request));
    const flowCookie = flowCookieOf({ flowCookie: this.cookies.flow(request) });
    const message = token && (await this.logouts.signOut(token, { flowCookie }, traceOf(request).traceId));
    this.cookies.clearSession(response);
    if (message) {
      this.cookies.setFlow(response, flowCookie);
      sendMessage(response, message, { title: 'Signing out', forms: 'identity-provider' });
    } else redirect(response, 303, to ?? '/logged-out');
  }

  private async check(asked: EndSessionRequest): Promise<EndSession> {
    const { provider } = await this.provider.current();
    const checked = await checkEndSession(asked, this.provider.clients, provider);
    if (checked) return checked;
    throw new LoginRefused(
      'application_request_refused',
      'end_session_known',
      'Send an ID token of ours or the client id, and an address of postLogoutRedirectUris.',
    );
  }
}

function fieldsOf(asked: EndSessionRequest): Readonly<Record<string, string | undefined>> {
  return {
    id_token_hint: asked.idTokenHint,
    client_id: asked.clientId,
    post_logout_redirect_uri: asked.postLogoutRedirectUri,
    state: asked.state,
  };
}
