import { Inject, Injectable } from '@nestjs/common';
import { type Database, type OwnAccount, readOrganizationToken } from '@rolecall/persistence';
import { CLOCK, type Clock, DATABASE } from '@rolecall/platform';
import type { Request } from 'express';
import { Cookies } from '../http/cookies.ts';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';

/** Who wants to change how they sign in has signed in within this time, in milliseconds: a browser left open is not enough. */
const FRESH_MS = 10 * 60_000;

/** Somebody who is signed in here, and whether just now. */
export interface Present extends OwnAccount {
  readonly organization: Organization;
  /** SHA-256 of this browser's session. */
  readonly session: Buffer;
  readonly fresh: boolean;
}

/** Whose account a request is about: that of its session, and no other. */
@Injectable()
export class OwnAccounts {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  /** undefined = nobody is signed in. */
  async of(request: Request): Promise<Present | undefined> {
    const token = readOrganizationToken(this.cookies.session(request));
    if (!token) return undefined;
    const { organizationId, hash: session } = token;
    const now = this.clock();
    const account = await this.database.inOrganization(organizationId, (tx) => tx.ownAccount(session, now));
    const organization = account && (await this.organizations.byId(organizationId));
    if (!account || !organization) return undefined;
    return { ...account, organization, session, fresh: now.getTime() - account.openedAt.getTime() < FRESH_MS };
  }
}
