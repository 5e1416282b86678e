import { Body, Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { linksOnly } from '../login/linked-login.ts';
import { LoginStarts } from '../login/login-starts.ts';
import { isOidc } from '../organizations/idp-target.ts';
import { IdentitiesPage } from '../pages/identities-page.tsx';
import { identityUnlinked } from './events.ts';
import { identityMail } from './identity-mail.ts';
import { OwnAccounts } from './own-accounts.ts';

/** A user's own ways to sign in: consumer accounts are linked and unlinked by their owners. */
@Controller('account/identities')
export class IdentitiesController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(OwnAccounts) private readonly own: OwnAccounts,
    @Inject(LoginStarts) private readonly starts: LoginStarts,
  ) {}

  @Get()
  async identities(@Req() request: Request, @Res() response: Response): Promise<void> {
    const present = await this.own.of(request);
    if (!present) {
      response.redirect(303, '/login');
      return;
    }
    const { organization, fresh, identities } = present;
    const linkable = organization.enabledIdentityProviders.filter(({ name }) => linksOnly(organization, name));
    const { name: signInAt } = organization.settings;
    const shown = identities.map(({ identityProvider: name, email }) => {
      const { displayName = name } = organization.identityProvider(name) ?? {};
      return { name, displayName, email, own: linksOnly(organization, name) };
    });
    const missing = linkable.filter(
      ({ name }) => !identities.some(({ identityProvider }) => identityProvider === name),
    );
    sendPage(response, IdentitiesPage({ identities: shown, linkable: missing, fresh, signInAt }), {
      forms: 'identity-provider',
    });
  }

  /** To the identity provider; what comes back is linked to this user and nobody else. */
  @Post('link')
  @UseGuards(SameOriginGuard)
  async link(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.askedFor(form, request);
    if (asked) await this.starts.startLink(asked.target, asked.present.userId, request, response);
    else response.redirect(303, '/account/identities');
  }

  @Post('unlink')
  @UseGuards(SameOriginGuard)
  async unlink(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.askedFor(form, request);
    if (asked) {
      const { name } = asked.target.identityProvider;
      const { userId, organization } = asked.present;
      await this.database.inOrganization(organization.id, async (tx) => {
        const { identities, sessions } = await tx.unlinkOwn(userId, name);
        if (identities === 0) return;
        const now = this.clock();
        const change = { identityProvider: name, now };
        await tx.audit([identityUnlinked({ ...change, userId, sessions, traceId: traceOf(request).traceId })]);
        const account = await tx.accounts.byUser(userId);
        if (account) await tx.mail(identityMail(organization, account, { ...change, what: 'unlinked' }), now);
      });
    }
    response.redirect(303, '/account/identities');
  }

  /** Who asks and for which of the identity providers that users may link; undefined when there is nothing to be done. */
  private async askedFor(form: unknown, request: Request) {
    const present = await this.own.of(request);
    const { idp } = Object(form) as { idp?: unknown };
    if (!present?.fresh || typeof idp !== 'string') return undefined;
    const { organization } = present;
    const target = organization.target({ organization: organization.settings.name, identityProvider: idp });
    return target && isOidc(target) && target.identityProvider.linksOnly ? { present, target } : undefined;
  }
}
