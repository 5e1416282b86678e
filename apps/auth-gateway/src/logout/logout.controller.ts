import { All, Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { OutgoingMessage } from '@rolecall/saml';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendMessage } from '../http/send-message.ts';
import { sendPage } from '../http/send-page.ts';
import { flowCookieOf } from '../login/login-wish.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import { LoggedOutPage } from '../pages/logged-out-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { readOrganizationToken } from '@rolecall/persistence';
import { type IdpSignOut, Logouts } from './logouts.ts';

/** The way out: from here, and from the identity provider. */
@Controller()
export class LogoutController {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(CurrentSession) private readonly session: CurrentSession,
    @Inject(Logouts) private readonly logouts: Logouts,
  ) {}

  @Post('logout')
  @UseGuards(SameOriginGuard)
  async logout(@Req() request: Request, @Res() response: Response): Promise<void> {
    const token = readOrganizationToken(this.cookies.session(request));
    const flowCookie = flowCookieOf({ flowCookie: this.cookies.flow(request) });
    const message = token && (await this.logouts.signOut(token, { flowCookie }, traceOf(request).traceId));
    this.cookies.clearSession(response);
    if (message) this.cookies.setFlow(response, flowCookie);
    if (message) sendSignOut(response, message);
    else response.redirect(303, '/logged-out');
  }

  /**
   * Our SingleLogoutService (rule G13). Plain code verifies every method and binding: no Passport strategy, whose `pass()`
   * would be a way in. Which cookies come along decides nothing: the IdP's page may stand in a frame, without them.
   */
  @All('saml/:org/:idp/slo')
  async slo(@Param() path: IdpPath, @Req() request: Request, @Res() response: Response): Promise<void> {
    const target = await this.organizations.samlTarget(path);
    const { method, originalUrl: url, headers } = request;
    const body: unknown = request.body;
    const received = await this.logouts.receive(target, { method, url, headers, body }, traceOf(request).traceId);
    if ('answer' in received) this.answer(received, request, response);
    else response.redirect(303, received.state === undefined ? '/logged-out' : `/logged-out?state=${received.state}`);
  }

  /** The browser's own cookie goes only when it is of a session that ended: another one may be of another user. */
  private answer({ ended, answer }: IdpSignOut, request: Request, response: Response): void {
    const own = readOrganizationToken(this.cookies.session(request));
    if (own && ended.some(({ tokenHash }) => tokenHash.equals(own.hash))) this.cookies.clearSession(response);
    sendSignOut(response, answer);
  }

  /** Where every sign-out ends; also the `post_logout_redirect_uri` for OpenID providers. */
  @Get('logged-out')
  async loggedOut(@Query('state') state: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const signedOut = await this.logouts.finished(state, this.cookies.flow(request) ?? '');
    if (await this.session.of(request)) response.redirect(303, '/');
    else sendPage(response, LoggedOutPage({ signedOut }));
  }
}

/** A sign-out goes through the other applications of the user: where to, cannot be known before. */
function sendSignOut(response: Response, message: OutgoingMessage): void {
  sendMessage(response, message, { title: 'Signing out', forms: 'identity-provider' });
}
