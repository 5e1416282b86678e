import { Inject, Injectable } from '@nestjs/common';
import type { Database, SessionView } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE, traceOf } from '@rolecall/platform';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.ts';
import { readOrganizationToken } from '@rolecall/persistence';

/** Who is signed in here. */
@Injectable()
export class CurrentSession {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
  ) {}

  /** The live session of the cookie that the request brings; one statement, nothing cached. */
  async of(request: Request): Promise<SessionView | undefined> {
    const token = readOrganizationToken(this.cookies.session(request));
    return token && this.database.sessions.check(token.organizationId, token.hash, this.clock());
  }

  /** SHA-256 of the session at this organization that the request's cookie names. UNVERIFIED: it may be over. */
  at(request: Request, organizationId: string): Buffer | undefined {
    const token = readOrganizationToken(this.cookies.session(request));
    return token?.organizationId === organizationId ? token.hash : undefined;
  }

  /**
   * `GET /session`: who am I, as JSON. An Express handler of its own, since applications ask this at each of
   * their requests and Nest's pipeline costs more than the answer. Its errors go to the app's filter, as everywhere.
   */
  readonly answer = async (request: Request, response: Response): Promise<void> => {
    const session = await this.of(request);
    if (session) send(response, 200, viewed(session));
    else send(response, 401, nobody(request));
  };
}

function viewed({ user, organization, grants, groups, identityProvider, expiresAt }: SessionView): object {
  return { user, organization, grants, groups, identityProvider, expiresAt };
}

function nobody(request: Request): object {
  const { traceId } = traceOf(request);
  return { error: { code: 'no_session', message: 'nobody is signed in; send the browser to /login', traceId } };
}

function send(response: Response, status: number, body: object): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': length }).end(text);
}
