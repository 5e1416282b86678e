import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { type Database, readOrganizationToken } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { browserOf } from '../http/browser-name.ts';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { AccountsPage } from '../pages/accounts-page.tsx';
import { CurrentSession } from '../sessions/current-session.ts';
import { LoginEnds } from './login-ends.ts';
import { Logins } from './logins.ts';
import { isWorthTelling } from './open-session.ts';

const USER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** "Which account?", where an identity provider has `aliases: plus` and a person has several. */
@Controller('accounts')
export class AccountsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CurrentSession) private readonly session: CurrentSession,
    @Inject(Logins) private readonly logins: Logins,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
  ) {}

  @Get()
  async choose(@Req() request: Request, @Res() response: Response): Promise<void> {
    const token = readOrganizationToken(this.cookies.session(request));
    const session = token && (await this.session.of(request));
    const announcement =
      session && (await this.database.sessions.announcement(token.organizationId, token.hash, this.clock()));
    const ids = announcement?.accounts ?? [];
    const offered =
      token && ids.length > 0
        ? await this.database.inOrganization(token.organizationId, (tx) => tx.findUsers(ids))
        : [];
    if (!session || !announcement || offered.length === 0) {
      response.redirect(303, '/');
      return;
    }
    const accounts = offered.map(({ userId, profile }) => ({
      userId,
      email: profile.email,
      name: profile.displayName,
    }));
    const goOn = isWorthTelling(announcement) ? '/announcement' : (announcement.returnTo ?? '/');
    sendPage(response, AccountsPage({ current: session.user.email, accounts, goOn }), { forms: 'identity-provider' });
  }

  @Post()
  @UseGuards(SameOriginGuard)
  async open(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const token = readOrganizationToken(this.cookies.session(request));
    const { user: userId } = Object(form) as Record<string, unknown>;
    if (!token || typeof userId !== 'string' || !USER_ID.test(userId)) {
      throw new LoginRefused('account_not_offered', 'account_offered', 'No session, or no id of a user.');
    }
    const wish = { tokenHash: token.hash, userId, browser: browserOf(request), traceId: traceOf(request).traceId };
    await this.ends.end(await this.logins.switchAccount(token.organizationId, wish), request, response);
  }
}
