import {
  Body,
  Controller,
  Get,
  Head,
  Inject,
  NotFoundException,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { browserOf } from '../http/browser-name.ts';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { ConfirmationPage } from '../pages/confirmation-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { type PresentedToken, readOrganizationToken, sha256 } from '@rolecall/persistence';
import type { Arrival } from './complete-login.ts';
import { LoginEnds } from './login-ends.ts';
import { flowCookieOf } from './login-wish.ts';
import { Logins } from './logins.ts';

/**
 * The user's yes to a sign-in that began at the identity provider (docs/decisions/0019). Such an answer can be posted from
 * anywhere, also with somebody else's assertion, so it signs nobody in before a click on a page of ours (ASVS 7.6.2).
 */
@Controller('saml/confirm')
export class ConfirmationController {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
    @Inject(CurrentSession) private readonly session: CurrentSession,
  ) {}

  /** Express would answer HEAD by GET, and a link scanner would become the browser that the login is bound to. */
  @Head()
  headers(): never {
    throw new NotFoundException();
  }

  @Get()
  async ask(@Query('h') h: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const handle = handleOf(h);
    const flowCookie = flowCookieOf({ flowCookie: this.cookies.flow(request) });
    const login = await this.logins.unconfirmed(handle, arrivalOf(request, handle, flowCookie));
    const session = await this.session.of(request);
    this.cookies.setFlow(response, flowCookie);
    const { organization, identityProvider, userId } = login;
    const other = session && session.user.id !== userId ? session : undefined;
    const page = ConfirmationPage({ organization, identityProvider, handle: String(h), other });
    sendPage(response, page, { forms: 'self' });
  }

  @Post()
  @UseGuards(SameOriginGuard)
  async confirm(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const handle = handleOf((Object(form) as Record<string, unknown>)['h']);
    const arrival = arrivalOf(request, handle, this.cookies.flow(request) ?? '');
    await this.ends.end(await this.logins.complete(handle, arrival), request, response);
  }
}

function handleOf(unverified: unknown): PresentedToken {
  const handle = readOrganizationToken(unverified);
  if (!handle) throw new LoginRefused('handle_unknown', 'handle_known', 'The handle is none of ours.');
  return handle;
}

function arrivalOf(request: Request, handle: PresentedToken, flowCookie: string): Arrival {
  const { traceId } = traceOf(request);
  return {
    at: 'confirm',
    handleHash: handle.hash,
    browserHash: sha256(flowCookie),
    browser: browserOf(request),
    traceId,
  };
}
