import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Database, type OrganizationTransaction, PersistenceError } from '@rolecall/persistence';
import { DATABASE } from '@rolecall/platform';
import type { Organization } from '../organizations/organization.ts';
import { Organizations } from '../organizations/organizations.ts';
import { handleUnknown } from './arrival.ts';
import { Overtaken } from './store-login.ts';

/** What was decided, and the organization as it was then. */
export interface Decided<T> {
  readonly result: T;
  readonly organization: Organization;
}

/** An apply may replace the rules while a login is decided; more often than this in a row it does not happen. */
const MAX_DECISIONS = 3;

/** The notice that an organization changed may reach this process a moment after the change itself, in milliseconds. */
const NOTICE_MS = 30;

/** Decisions about a login, by rules that an apply may replace meanwhile. */
@Injectable()
export class DecideAnew {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Organizations) private readonly organizations: Organizations,
  ) {}

  /**
   * Runs `decide` in a transaction of the organization; again from the start when an apply or another login overtook it.
   * @throws LoginRefused `handle_unknown` when there is no such organization
   */
  async decide<T>(
    organizationId: string,
    decide: (tx: OrganizationTransaction, organization: Organization) => Promise<T>,
  ): Promise<Decided<T>> {
    for (let left = MAX_DECISIONS; ; left--) {
      const organization = await this.organizations.byId(organizationId);
      if (!organization) throw handleUnknown();
      try {
        const result = await this.database.inOrganization(organizationId, (tx) => decide(tx, organization));
        return { result, organization };
      } catch (error) {
        if (!isOvertaken(error) || left <= 1) throw error;
        await pause(NOTICE_MS);
      }
    }
  }
}

/** An apply, another login or the directory changed what this login was decided on. */
function isOvertaken(error: unknown): boolean {
  if (error instanceof PersistenceError) return error.code === 'stale_revision' || error.code === 'user_changed';
  return error instanceof Overtaken;
}
