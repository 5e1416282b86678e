import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { sendPage } from '../http/send-page.ts';
import { isWorthTelling } from '../login/open-session.ts';
import { Organizations } from '../organizations/organizations.ts';
import { AnnouncementPage } from '../pages/announcement-page.tsx';
import { HomePage } from '../pages/home-page.tsx';
import { CurrentSession } from './current-session.ts';
import { readOrganizationToken } from '@rolecall/persistence';

/** The pages of somebody who is signed in. */
@Controller()
export class SessionController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CurrentSession) private readonly session: CurrentSession,
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  @Get()
  async home(@Req() request: Request, @Res() response: Response): Promise<void> {
    const session = await this.session.of(request);
    const organization = session && (await this.organizations.byName(session.organization));
    const shown = organization && {
      organization: organization.settings.displayName,
      identityProvider:
        organization.identityProvider(session.identityProvider)?.displayName ?? session.identityProvider,
    };
    sendPage(response, HomePage({ session, shown }), { forms: session ? 'identity-provider' : 'none' });
  }

  /** Shown once after a login that changed something; without such a login it leads home. */
  @Get('announcement')
  async announcement(@Req() request: Request, @Res() response: Response): Promise<void> {
    const token = readOrganizationToken(this.cookies.session(request));
    const announcement =
      token && (await this.database.sessions.announcement(token.organizationId, token.hash, this.clock()));
    if (announcement && isWorthTelling(announcement)) sendPage(response, AnnouncementPage({ announcement }));
    else response.redirect(303, '/');
  }
}
