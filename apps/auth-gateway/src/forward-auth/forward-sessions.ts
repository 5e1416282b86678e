import { Inject, Injectable } from '@nestjs/common';
import { type Database, readOrganizationToken, type SessionView } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { Cookies } from '../http/cookies.ts';
import { ForwardCookies } from './forward-cookies.ts';

/** Who is signed in at an application behind a proxy. */
@Injectable()
export class ForwardSessions {
  private readonly gateway: URL;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CONFIG) config: Config,
  ) {
    this.gateway = new URL(config.url);
  }

  /**
   * The live session that the request's cookie opens at this origin; one statement, nothing cached. The gateway's own session counts as
   * well where the application is on the gateway's own host: browsers send it there, since cookies do not tell ports apart.
   */
  async at(origin: string, request: Pick<Request, 'headers'>): Promise<SessionView | undefined> {
    const token = readOrganizationToken(ForwardCookies.of(origin).token(request));
    const { forward } = this.database;
    const session = token && (await forward.check(token.organizationId, token.hash, origin, this.clock()));
    if (session || !this.isOwnHost(origin)) return session;
    const own = readOrganizationToken(this.cookies.session(request));
    return own && forward.checkSession(own.organizationId, own.hash, origin, this.clock());
  }

  private isOwnHost(origin: string): boolean {
    const { protocol, hostname } = new URL(origin);
    return protocol === this.gateway.protocol && hostname === this.gateway.hostname;
  }
}
