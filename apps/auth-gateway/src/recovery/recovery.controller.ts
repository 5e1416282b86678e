import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { Background } from '../http/background.ts';
import { browserOf } from '../http/browser-name.ts';
import { Cookies } from '../http/cookies.ts';
import { SameOriginGuard } from '../http/same-origin.guard.ts';
import { sendPage } from '../http/send-page.ts';
import { SharedLimits } from '../limits/shared-limits.ts';
import { readIdentifier } from '../organizations/identifier.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { RecoveryAccessPage, RecoveryConfirmedPage, RecoverySentPage } from '../pages/recovery-access-page.tsx';
import { RecoveryLinks } from './recovery-links.ts';

/** The way in for recovery admins when sign-ins are broken: it needs their mailbox, and no identity provider. */
@Controller('recovery-access')
export class RecoveryController {
  constructor(
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(SharedLimits) private readonly limits: SharedLimits,
    @Inject(RecoveryLinks) private readonly links: RecoveryLinks,
    @Inject(Background) private readonly background: Background,
  ) {}

  @Get()
  form(@Query('org') organization: unknown, @Query('ended') ended: unknown, @Res() response: Response): void {
    const name = typeof organization === 'string' ? organization.slice(0, 63) : '';
    sendPage(response, RecoveryAccessPage({ organization: name, ended: ended !== undefined }), { forms: 'self' });
  }

  /** One answer, whoever asks, before anything is looked up that would take its time (security-checklist.md 32). */
  @Post()
  @UseGuards(SameOriginGuard)
  async ask(@Body() form: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { address, organization } = Object(form) as Record<string, unknown>;
    const identifier = typeof address === 'string' ? readIdentifier(address) : undefined;
    const asked = identifier?.is === 'email' ? identifier.address : '';
    const found = asked === '' ? undefined : await this.organizationOf(asked, organization);
    const mayMail = await this.limits.mayMail('recovery', `${found?.id ?? ''}/${asked}`, request.ip);
    sendPage(response, RecoverySentPage());
    if (!found || !mayMail) return;
    const requestedFrom = `${browserOf(request)}, ${request.ip ?? 'an unknown network'}`;
    const wish = { address: asked, requestedFrom };
    this.background.run('recovery_failed', traceOf(request).traceId, () => this.links.request(found, wish));
  }

  /** By the page that a recovery link opens. */
  @Post('open')
  @UseGuards(SameOriginGuard)
  async open(@Body() form: unknown, @Res() response: Response): Promise<void> {
    const { token } = Object(form) as Record<string, unknown>;
    const opened = await this.links.open(token);
    this.cookies.setRecovery(response, opened.token, opened.expiresAt);
    response.redirect(303, '/recovery');
  }

  /** By the page that a link to confirm opens. */
  @Post('confirm')
  @UseGuards(SameOriginGuard)
  async confirm(@Body() form: unknown, @Res() response: Response): Promise<void> {
    const { token } = Object(form) as Record<string, unknown>;
    const sent = await this.links.confirm(token);
    sendPage(response, RecoveryConfirmedPage({ sent }));
  }

  /** The one that was named, else the one that the address's domain belongs to. */
  private async organizationOf(address: string, named: unknown): Promise<Organization | undefined> {
    const name = typeof named === 'string' ? named.trim().toLowerCase() : '';
    if (name !== '') return this.organizations.byName(name);
    return (await this.organizations.byIdentifier(address))?.organization;
  }
}
