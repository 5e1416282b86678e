import { Inject, Injectable } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { sendMessage } from '../http/send-message.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import type { LoginWish } from './login-wish.ts';
import { Logins } from './logins.ts';

/** Sends a browser to an identity provider, bound to the login that begins with it. */
@Injectable()
export class LoginStarts {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Logins) private readonly logins: Logins,
  ) {}

  /** `returnTo` is allowed already (`allowedReturnTo`). @throws RecordedRefusal */
  async start(
    target: IdpTarget,
    mode: 'login' | 'test',
    returnTo: string | undefined,
    request: Request,
    response: Response,
    loginHint?: string,
  ): Promise<void> {
    await this.send(target, { mode, returnTo, loginHint }, request, response);
  }

  /** For `userId`, who is signed in and wants to link an account of this identity provider. @throws RecordedRefusal */
  async startLink(target: IdpTarget, userId: string, request: Request, response: Response): Promise<void> {
    await this.send(target, { mode: 'login', returnTo: undefined, linkTo: userId }, request, response);
  }

  private async send(
    target: IdpTarget,
    what: Pick<LoginWish, 'mode' | 'returnTo' | 'loginHint' | 'linkTo'>,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { traceId } = traceOf(request);
    const wish = { ...what, traceId, flowCookie: this.cookies.flow(request) };
    const { message, flowCookie } = await this.logins.start(target, wish);
    this.cookies.setFlow(response, flowCookie);
    sendMessage(response, message, { title: 'Signing in', status: request.method === 'POST' ? 303 : 302 });
  }
}
