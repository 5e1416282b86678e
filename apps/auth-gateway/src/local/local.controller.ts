import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { readOrganizationToken } from '@rolecall/persistence';
import { CLOCK, type Clock } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { allowedReturnTo } from '../http/return-to.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { formsTo, sendPage } from '../http/send-page.ts';
import { choicePage } from '../login/choice.ts';
import { LoginEnds } from '../login/login-ends.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { SecondFactorPage } from '../pages/second-factor-page.tsx';
import { readCode } from '../second-factors/codes.ts';
import { LocalSignIns, type PresentedHandle } from './local-sign-ins.ts';
import { organizationNamed } from './organization-named.ts';
import { type CheckedPassword, PasswordGuard, type PasswordRequest } from './password.strategy.ts';
import { signInOver } from './try-code.ts';
import { rememberVisitor, type Visitor, visitorOf } from './visitor.ts';

/** Sign-in by password at an organization, and its second factor. */
@Controller('login/:org')
export class LocalController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(LocalSignIns) private readonly signIns: LocalSignIns,
    @Inject(LoginEnds) private readonly ends: LoginEnds,
  ) {}

  /** A refusal is told on the form again: one sentence for everything that may be wrong. */
  @Post('password')
  @UseGuards(SameOriginGuard, PasswordGuard)
  async password(
    @Param('org') name: string,
    @Body() form: Readonly<Record<string, unknown>>,
    @Req() request: PasswordRequest & { readonly user?: CheckedPassword },
    @Res() response: Response,
  ): Promise<void> {
    const { user: checked, visitor } = request;
    if (!checked || !visitor) throw new Error('the guard hands on what came of the password');
    const returnTo = allowedReturnTo(form['returnTo'], this.config.returnTo);
    const organization = await organizationNamed(this.organizations, name);
    rememberVisitor(response, this.cookies, visitor);
    if (checked.outcome === 'refused') {
      const { status, sentence } = sentenceOf(checked.refusal.refusal.code);
      const address = typeof form['address'] === 'string' ? form['address'].slice(0, 320) : '';
      const page = choicePage(organization, this.clock(), { returnTo, address, error: sentence });
      sendPage(response, page, { status, forms: formsTo(returnTo, this.config.url) });
      return;
    }
    const completion = await this.signIns.enter(checked.verified, visitor, returnTo);
    if (completion.outcome === 'signed_in') await this.ends.end(completion, request, response);
    else {
      this.cookies.setSignIn(response, completion.handle);
      response.redirect(303, `/login/${organization.settings.name}/second-factor`);
    }
  }

  @Get('second-factor')
  async ask(@Param('org') name: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const organization = await organizationNamed(this.organizations, name);
    await this.show(organization, visitorOf(request, this.cookies), request, response);
  }

  @Post('second-factor')
  @UseGuards(SameOriginGuard)
  async code(
    @Param('org') name: string,
    @Body() form: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const organization = await organizationNamed(this.organizations, name);
    const visitor = visitorOf(request, this.cookies);
    const handle = this.handleOf(request, organization);
    const { code, again } = Object(form) as Record<string, unknown>;
    if (again !== undefined) {
      await this.signIns.mailAgain(handle, visitor);
      response.redirect(303, `/login/${organization.settings.name}/second-factor`);
      return;
    }
    const tried = await this.signIns.tryCode(handle, readCode(code), visitor);
    if (tried.outcome === 'wrong') {
      if (tried.triesLeft > 0) await this.show(organization, visitor, request, response, 'second_factor_failed');
      else this.startOver(organization, response);
      return;
    }
    this.cookies.clearSignIn(response);
    await this.ends.end(tried, request, response);
  }

  private async show(
    organization: Organization,
    visitor: Visitor,
    request: Request,
    response: Response,
    code?: string,
  ): Promise<void> {
    const asked = await this.signIns.asked(this.handleOf(request, organization), organization, visitor);
    if (!asked) throw signInOver();
    const { status, sentence: error } = code === undefined ? { status: 200 } : sentenceOf(code);
    const { name } = organization.settings;
    sendPage(response, SecondFactorPage({ ...asked, name, error }), {
      status,
      forms: formsTo(asked.returnTo, this.config.url),
    });
  }

  private startOver(organization: Organization, response: Response): void {
    this.cookies.clearSignIn(response);
    response.redirect(303, `/login/${organization.settings.name}?error=second_factor_failed`);
  }

  /** @throws LoginRefused `handle_unknown` */
  private handleOf(request: Request, { id }: Organization): PresentedHandle {
    const value = this.cookies.signIn(request);
    const token = readOrganizationToken(value);
    if (!token || value === undefined || token.organizationId !== id) throw signInOver();
    return { ...token, value };
  }
}
