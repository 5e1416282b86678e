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
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { Organizations } from '../organizations/organizations.ts';
import { ConfirmationPage } from '../pages/confirmation-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { arrivalOf, readHandle } from './arrival.ts';
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
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  /** Express would answer HEAD by GET, and a link scanner would become the browser that the login is bound to. */
  @Head()
  headers(): never {
    throw new NotFoundException();
  }

  @Get()
  async ask(@Query('h') h: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const handle = readHandle(h);
    const flowCookie = flowCookieOf({ flowCookie: this.cookies.flow(request) });
    const login = await this.logins.unconfirmed(handle, arrivalOf(request, 'confirm', handle, flowCookie));
    const session = await this.session.of(request);
    this.cookies.setFlow(response, flowCookie);
    const { organization, identityProvider, userId } = login;
    const open = session && session.user.id !== userId ? session : undefined;
    const name = open && (await this.organizations.byName(open.organization))?.settings.displayName;
    const other = open && { user: open.user, organization: name ?? open.organization };
    const page = ConfirmationPage({ organization, identityProvider, handle: String(h), other });
    sendPage(response, page, { forms: 'self' });
  }

  @Post()
  @UseGuards(SameOriginGuard)
  async confirm(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const handle = readHandle((Object(form) as Record<string, unknown>)['h']);
    const arrival = arrivalOf(request, 'confirm', handle, this.cookies.flow(request));
    await this.ends.end(await this.logins.complete(handle, arrival), request, response);
  }
}
