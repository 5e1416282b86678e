import { Body, Controller, Get, Head, Inject, NotFoundException, Param, Post } from '@nestjs/common';
import { Query, Req, Res, UseGuards } from '@nestjs/common';
import type { VerifiedIdToken } from '@rolecall/oidc';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { browserOf } from '../http/browser-name.ts';
import { allowedReturnTo } from '../http/return-to.ts';
import { LoginEnds } from '../login/login-ends.ts';
import { LoginStarts } from '../login/login-starts.ts';
import { Logins } from '../login/logins.ts';
import { type IdpPath, Organizations } from '../organizations/organizations.ts';
import { CurrentSession } from '../sessions/current-session.ts';
import { readPostedAnswer } from './posted-answer.ts';
import { OidcCallbackGuard } from './oidc-callback.guard.ts';
import { type CallbackRequest, returnedLoginOf } from './oidc-callback.strategy.ts';

/** The OpenID Connect relying party's endpoints; the callback is one exact address for all organizations. */
@Controller()
export class OidcController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
    @Inject(CurrentSession) private readonly session: CurrentSession,
  ) {}

  @Get('oidc/:org/:idp/login')
  async login(
    @Param() path: IdpPath,
    @Query('returnTo') returnTo: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const target = await this.organizations.oidcTarget(path);
    await this.starts.start(target, 'login', allowedReturnTo(returnTo, this.config.returnTo), request, response);
  }

  /** Express would answer HEAD by GET, and a link scanner would use up the state. */
  @Head('oidc/callback')
  callbackHeaders(): never {
    throw new NotFoundException();
  }

  /**
   * `response_mode=form_post`: the provider's page posts the answer from another site, so no Lax cookie comes with it. As at an
   * ACS it waits under a one-time handle, and the browser comes for it from here.
   */
  @Post('oidc/callback')
  async posted(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { state, answer } = readPostedAnswer(form);
    const handle = await this.logins.holdPosted(state, answer, traceOf(request).traceId);
    response.redirect(303, `/oidc/callback?h=${handle}`);
  }

  /** A GET that the provider redirects the browser to, so the Lax cookie is there: the login ends in this request. */
  @Get('oidc/callback')
  @UseGuards(OidcCallbackGuard)
  async callback(@Req() request: CallbackRequest, @Res() response: Response): Promise<void> {
    const login = returnedLoginOf(request);
    const token = verifiedOf(request, login.connection.id);
    const session = this.session.at(request, login.target.organization.id);
    const ended = await this.logins.completeReturned(login, token, session, browserOf(request));
    await this.ends.end(ended, request, response);
  }
}

/** What the guard verified. Checked again: a guard alone is not trusted to have stopped a request (rule G1). */
function verifiedOf(request: CallbackRequest, connectionId: string): VerifiedIdToken {
  const token = request.user as Partial<VerifiedIdToken> | undefined;
  if (token?.connectionId !== connectionId) throw new Error('no verified ID token of this connection');
  return token as VerifiedIdToken;
}
