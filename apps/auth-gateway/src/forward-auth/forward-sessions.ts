import { Inject, Injectable } from '@nestjs/common';
import { type Database, readOrganizationToken, type SessionView } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request } from 'express';
import { ForwardCookies } from './forward-cookies.ts';

/** Who is signed in at an application behind a proxy. */
@Injectable()
export class ForwardSessions {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The live session that the request's cookie opens at this origin; one statement, nothing cached. Never by the gateway's own cookie:
   * also where a browser sends it, to another port of the gateway's host.
   */
  async at(origin: string, request: Pick<Request, 'headers'>): Promise<SessionView | undefined> {
    const token = readOrganizationToken(ForwardCookies.of(origin).token(request));
    return token && this.database.forward.check(token.organizationId, token.hash, origin, this.clock());
  }
}
