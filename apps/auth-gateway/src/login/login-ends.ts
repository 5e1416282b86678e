import { Inject, Injectable } from '@nestjs/common';
import { type Database, LOCAL_SIGN_IN } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { redirect } from '../http/redirect.ts';
import { sendPage } from '../http/send-page.ts';
import { TestPage } from '../pages/test-page.tsx';
import { readOrganizationToken } from '@rolecall/persistence';
import type { EndedLogin } from './logins.ts';
import type { OpenedSession } from './open-session.ts';

/** What the browser gets when a login ended well: its session, or the report of a test. */
@Injectable()
export class LoginEnds {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Cookies) private readonly cookies: Cookies,
  ) {}

  async end(ended: EndedLogin, request: Request, response: Response): Promise<void> {
    if (ended.outcome === 'tested') sendPage(response, TestPage({ report: ended.report }));
    else if (ended.outcome === 'linked') response.redirect(303, '/account/identities');
    else await this.enter(ended.session, request, response);
  }

  /** Gives the browser its session; one that it had before ends (security-checklist.md 3). */
  private async enter(session: OpenedSession, request: Request, response: Response): Promise<void> {
    const previous = readOrganizationToken(this.cookies.session(request));
    this.cookies.setSession(response, session.token, session.expiresAt);
    if (session.at.identityProvider !== LOCAL_SIGN_IN) this.cookies.setLastLogin(response, session.at);
    if (previous) {
      await this.database.sessions.revoke(
        previous.organizationId,
        { tokenHash: previous.hash },
        'logout',
        this.clock(),
      );
    }
    const next = session.announce ? '/announcement' : (session.returnTo ?? '/');
    redirect(response, 303, session.choose ? '/accounts' : next);
  }
}
