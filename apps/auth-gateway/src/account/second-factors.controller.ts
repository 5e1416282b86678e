import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { sentenceOf } from '../errors/sentences.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { EnrolPage } from '../pages/enrol-page.tsx';
import { RecoveryCodesPage } from '../pages/recovery-codes-page.tsx';
import { SecondFactorsPage } from '../pages/second-factors-page.tsx';
import { type Owner, SecondFactors } from '../second-factors/second-factors.ts';
import { OwnAccounts } from './own-accounts.ts';

const AT = '/account/second-factor';

/**
 * A user's own second factors. Changing them takes a sign-in of the last ten minutes, and what takes one away or replaces it takes one as
 * well (security-checklist.md 40, 42). Secrets are shown in the answer to the POST that made them, and never again.
 */
@Controller('account/second-factor')
export class SecondFactorsController {
  constructor(
    @Inject(OwnAccounts) private readonly own: OwnAccounts,
    @Inject(SecondFactors) private readonly secondFactors: SecondFactors,
  ) {}

  @Get()
  async state(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.show(request, response);
  }

  @Post('enrol')
  @UseGuards(SameOriginGuard)
  async enrol(@Req() request: Request, @Res() response: Response): Promise<void> {
    const owner = await this.owner(request);
    const seed = owner && (await this.secondFactors.enrolTotp(owner));
    if (seed) send(response, EnrolPage({ seed }));
    else response.redirect(303, AT);
  }

  @Post('confirm')
  @UseGuards(SameOriginGuard)
  async confirm(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const owner = await this.owner(request);
    const codes = owner && (await this.secondFactors.confirmTotp(owner, codeOf(form)));
    if (codes) send(response, RecoveryCodesPage({ codes }));
    else if (owner) {
      const { status, sentence: error } = sentenceOf('second_factor_failed');
      send(response, EnrolPage({ error }), status);
    } else response.redirect(303, AT);
  }

  @Post('remove')
  @UseGuards(SameOriginGuard)
  async remove(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const owner = await this.owner(request);
    const removed = owner && (await this.secondFactors.remove(owner, codeOf(form)));
    if (owner && !removed) await this.show(request, response, 'second_factor_failed');
    else response.redirect(303, AT);
  }

  @Post('codes')
  @UseGuards(SameOriginGuard)
  async newCodes(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const owner = await this.owner(request);
    const codes = owner && (await this.secondFactors.newRecoveryCodes(owner, codeOf(form)));
    if (codes) send(response, RecoveryCodesPage({ codes }));
    else if (owner) await this.show(request, response, 'second_factor_failed');
    else response.redirect(303, AT);
  }

  private async show(request: Request, response: Response, code?: string): Promise<void> {
    const present = await this.own.of(request);
    const state = present && (await this.secondFactors.state(present));
    if (!present || !state?.possible) {
      response.redirect(303, present ? '/account' : '/login');
      return;
    }
    const { status, sentence: error } = code === undefined ? { status: 200 } : sentenceOf(code);
    const { name: signInAt } = present.organization.settings;
    send(response, SecondFactorsPage({ ...state, fresh: present.fresh, signInAt, error }), status);
  }

  /** Who may change something: signed in just now. */
  private async owner(request: Request): Promise<Owner | undefined> {
    const present = await this.own.of(request);
    if (!present?.fresh) return undefined;
    const { organization, userId, session } = present;
    return { organization, userId, session, traceId: traceOf(request).traceId };
  }
}

function send(response: Response, page: VNode, status = 200): void {
  sendPage(response, page, { status, forms: 'self' });
}

/** UNVERIFIED. */
function codeOf(form: unknown): unknown {
  return (Object(form) as Record<string, unknown>)['code'];
}
