import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { sentenceOf } from '../errors/sentences.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { ChangePasswordPage } from '../pages/change-password-page.tsx';
import { Passwords } from '../passwords/passwords.ts';
import { SecondFactors } from '../second-factors/second-factors.ts';
import { OwnAccounts } from './own-accounts.ts';

/** Somebody who is signed in changes the password, by showing the present one. Who has none gets one by mail (`/forgot`). */
@Controller('account/password')
export class PasswordController {
  constructor(
    @Inject(OwnAccounts) private readonly own: OwnAccounts,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecondFactors) private readonly secondFactors: SecondFactors,
  ) {}

  @Get()
  async ask(@Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    if (present && (await this.secondFactors.state(present)).possible) await this.show(response);
    else response.redirect(303, present ? '/account' : '/login');
  }

  /** Other sessions end, this one stays. */
  @Post()
  @UseGuards(SameOriginGuard)
  async change(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    if (!present) {
      response.redirect(303, '/login');
      return;
    }
    const { current, wanted } = textsOf(form);
    const { organization, userId, session } = present;
    const by = { organization, userId, session, ip: request.ip, traceId: traceOf(request).traceId };
    const changed = await this.passwords.change({ ...by, current, wanted });
    if (changed === 'changed') response.redirect(303, '/account?note=password');
    else if (changed === 'sign_in_failed') await this.show(response, { present: 'This is not your present password.' });
    else await this.show(response, { wanted: sentenceOf(changed).sentence });
  }

  private async show(response: Response, errors: { present?: string; wanted?: string } = {}): Promise<void> {
    const minimumLength = await this.passwords.minimumLength();
    const status = Object.keys(errors).length > 0 ? 400 : 200;
    sendPage(response, ChangePasswordPage({ minimumLength, errors }), { status, forms: 'self' });
  }
}

/** UNVERIFIED; what is no text is an empty one. */
function textsOf(form: unknown): { readonly current: string; readonly wanted: string } {
  const { current, wanted } = Object(form) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { current: text(current), wanted: text(wanted) };
}
