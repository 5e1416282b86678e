import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { type Database, type OneTimeLink, readOrganizationToken } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { sentenceOf } from '../errors/sentences.ts';
import { Cookies } from '../http/cookies.ts';
import { redirect } from '../http/redirect.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { withQuery } from '../http/with-query.ts';
import { closedDoor } from '../local/local-door.ts';
import { rememberVisitor, visitorOf } from '../local/visitor.ts';
import { PASSWORD_SET } from '../login/choice.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { InvitedPage } from '../pages/invited-page.tsx';
import { LINK_SCRIPT, LinkPage } from '../pages/link-page.tsx';
import { RecoveryLinkPage } from '../pages/recovery-link-page.tsx';
import { SetPasswordPage } from '../pages/set-password-page.tsx';
import { Passwords } from '../passwords/passwords.ts';
import { tokenOf } from './link-url.ts';

/** Where links of mails arrive: `<gateway>/link#<token>` (security-checklist.md 35). Opening one consumes nothing, nor does looking at it. */
@Controller('link')
export class LinkController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Passwords) private readonly passwords: Passwords,
  ) {}

  /** The same for every link: the token is in the fragment, which only the browser knows. */
  @Get()
  open(@Res() response: Response): void {
    sendPage(response, LinkPage(), { forms: 'self', script: LINK_SCRIPT });
  }

  /** The page below, asked for by its address: a reload without its form. */
  @Get('opened')
  back(@Res() response: Response): void {
    redirect(response, 303, '/link');
  }

  /**
   * What the link is for, and the form by which it's used. At another path than that of the mails' links: a browser that shows this page
   * and follows another link would else see a new fragment alone, and load nothing.
   */
  @Post('opened')
  @UseGuards(SameOriginGuard)
  async look(@Body() form: unknown, @Res() response: Response): Promise<void> {
    const { token, presented, organization } = await this.presented(form);
    const link = await this.database.inOrganization(organization.id, (tx) =>
      tx.links.peek(presented.hash, this.clock()),
    );
    if (!link) throw linkUnknown();
    if (link.purpose === 'recovery' || link.purpose === 'recovery-confirm') {
      sendPage(response, RecoveryLinkPage({ purpose: link.purpose, token }), { forms: 'self' });
    } else await this.askForPassword(organization, link, token, response);
  }

  @Post('password')
  @UseGuards(SameOriginGuard)
  async setPassword(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { token, presented, organization } = await this.presented(form);
    const { password } = Object(form) as Record<string, unknown>;
    const wanted = typeof password === 'string' ? password : '';
    const visitor = visitorOf(request, this.cookies);
    const set = await this.passwords.setByLink({ organization, tokenHash: presented.hash, wanted, visitor });
    if (set === 'link_unknown') throw linkUnknown();
    const { name } = organization.settings;
    if (set === 'set') {
      rememberVisitor(response, this.cookies, visitor);
      response.redirect(303, withQuery(`/login/${name}`, { note: PASSWORD_SET }));
    } else {
      const link = await this.database.inOrganization(organization.id, (tx) =>
        tx.links.peek(presented.hash, this.clock()),
      );
      if (!link) throw linkUnknown();
      await this.askForPassword(organization, link, token, response, set);
    }
  }

  /** Somebody invited where SSO is enforced has no password to set: the sign-in there accepts the invitation. */
  private async askForPassword(
    organization: Organization,
    { purpose, userId = '' }: OneTimeLink,
    token: string,
    response: Response,
    problem?: string,
  ): Promise<void> {
    const { name, displayName } = organization.settings;
    const account = await this.database.inOrganization(organization.id, (tx) => tx.accounts.byUser(userId));
    const isInvitation = purpose === 'invitation';
    if (account && closedDoor(organization, account, this.clock()) === undefined) {
      const minimumLength = await this.passwords.minimumLength();
      const { status, sentence: error } = problem === undefined ? { status: 200 } : sentenceOf(problem);
      const { email: address = '' } = account.user.profile;
      const otherWays = organization.enabledIdentityProviders.length > 0;
      const shown = { organization: displayName, name, address, otherWays };
      const props = { ...shown, token, minimumLength, isInvitation, error };
      sendPage(response, SetPasswordPage(props), { status, forms: 'self' });
    } else if (account && isInvitation) sendPage(response, InvitedPage({ name, organization: displayName }));
    else throw linkUnknown();
  }

  /** The token of the form and the organization that it names, both UNVERIFIED. @throws LoginRefused `link_unknown` */
  private async presented(form: unknown) {
    const token = tokenOf((Object(form) as Record<string, unknown>)['token']);
    const presented = readOrganizationToken(token);
    const organization = presented && (await this.organizations.byId(presented.organizationId));
    if (!token || !presented || !organization) throw linkUnknown();
    return { token, presented, organization };
  }
}

/** One answer for what never was, was used, is over or dead. Not recorded: anybody can make links up. */
function linkUnknown(): LoginRefused {
  return new LoginRefused('link_unknown', 'link_known', 'The link is unknown, was used, is too old, or was replaced.');
}
