import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { AccountPage } from '../pages/account-page.tsx';
import { SecondFactors } from '../second-factors/second-factors.ts';
import { accountView } from './account-view.ts';
import { OwnAccounts } from './own-accounts.ts';

/** What somebody who is signed in sees of their own account, and the sessions that they end. */
@Controller('account')
export class AccountController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(OwnAccounts) private readonly own: OwnAccounts,
    @Inject(SecondFactors) private readonly secondFactors: SecondFactors,
  ) {}

  @Get()
  async account(@Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    const shown = present && (await accountView(present, this.database, this.clock()));
    if (!present || !shown) {
      response.redirect(303, '/login');
      return;
    }
    const { possible, totp } = await this.secondFactors.state(present);
    const password = possible ? { totp, isNew: request.query['note'] === 'password' } : undefined;
    sendPage(response, AccountPage({ ...shown, password }), { forms: 'identity-provider' });
  }

  /** One of the user's own; the id of anybody else's ends nothing. */
  @Post('sessions/end')
  @UseGuards(SameOriginGuard)
  async endSession(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    const { session: id } = Object(form) as { session?: unknown };
    if (present && typeof id === 'string') {
      await this.database.sessions.endOwn(present.organization.id, { userId: present.userId, id }, this.clock());
    }
    response.redirect(303, '/account');
  }

  @Post('sessions/end-others')
  @UseGuards(SameOriginGuard)
  async endOthers(@Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    if (present) {
      const { organization, userId, session: but } = present;
      await this.database.sessions.endOwn(organization.id, { userId, but }, this.clock());
    }
    response.redirect(303, '/account');
  }
}
