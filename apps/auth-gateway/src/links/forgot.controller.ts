import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { addressKeyOf, type Database, type OrganizationTransaction } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { Background } from '../http/background.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { SharedLimits } from '../limits/shared-limits.ts';
import { closedDoor } from '../local/local-door.ts';
import { organizationNamed } from '../local/organization-named.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { ForgotPage, ForgotSentPage } from '../pages/forgot-page.tsx';
import { linkUrl } from './link-url.ts';

const MAX_ADDRESS_LENGTH = 320;

/** "Forgot your password?": the same answer to everybody, and then perhaps a mail (security-checklist.md 32). */
@Controller('login/:org/forgot')
export class ForgotController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
    @Inject(Background) private readonly background: Background,
  ) {}

  @Get()
  async form(@Param('org') org: string, @Res() response: Response): Promise<void> {
    const { name, displayName: organization } = (await organizationNamed(this.organizations, org)).settings;
    sendPage(response, ForgotPage({ name, organization }), { forms: 'self' });
  }

  @Post()
  @UseGuards(SameOriginGuard)
  async send(
    @Param('org') org: string,
    @Body() form: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const organization = await organizationNamed(this.organizations, org);
    const { address } = Object(form) as Record<string, unknown>;
    const addressKey = typeof address === 'string' ? addressKeyOf(address.trim()).slice(0, MAX_ADDRESS_LENGTH) : '';
    const mayMail = await this.limits.mayMail('forgot', `${organization.id}/${addressKey}`, request.ip);
    await this.database.inOrganization(organization.id, async () => {}); // without a database nothing is promised
    const { name, displayName } = organization.settings;
    sendPage(response, ForgotSentPage({ name, organization: displayName }));
    const { traceId } = traceOf(request);
    if (mayMail) this.background.run('reset_failed', traceId, () => this.mailLink(organization, addressKey, traceId));
  }

  /** To the address that is stored, not to the one that was typed: the two may look the same and be different mailboxes. */
  private async mailLink(organization: Organization, addressKey: string, traceId: string): Promise<void> {
    await this.database.inOrganization(organization.id, async (tx: OrganizationTransaction) => {
      const now = this.clock();
      const account = await tx.accounts.byAddress(addressKey);
      if (!account || closedDoor(organization, account, now) !== undefined) return;
      const { userId, profile } = account.user;
      const wanted = { purpose: 'password-reset', userId, addressKey: account.addressKey, createdBy: 'user' } as const;
      const { token } = await tx.links.create({ ...wanted, now });
      const link = linkUrl(this.config.url, token);
      await tx.mail({ kind: 'password-reset', to: profile.email ?? '', data: { link } }, now);
      const actor = { kind: 'system', id: 'auth-gateway' } as const;
      await tx.audit([{ type: 'password.reset_requested', at: now, actor, subject: userId, data: {}, traceId }]);
    });
  }
}
