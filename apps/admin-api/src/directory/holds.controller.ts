import { Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database, DirectoryHold } from '@rolecall/persistence';
import { CLOCK, DATABASE, Problem } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOnly, limitOf } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { receiptView } from '../users/receipt-view.ts';
import { momentOf } from './request-query.ts';

/** Removals by the directory: those that are held, and what the others ended. */
@Controller()
export class DirectoryHoldsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Serves(OPERATIONS.listDirectoryHolds)
  async list(@Param('organization') name: string): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    return { holds: (await this.database.directory.holds(organizationId)).map(holdView) };
  }

  /** Audited by the store, with who asks. */
  @Serves(OPERATIONS.releaseDirectoryHold)
  async release(
    @Param('organization') name: string,
    @Param('holdId') id: string,
    @Caller() caller: Principal,
  ): Promise<object> {
    const { organizationId } = await knownOrganization(this.database, name);
    const by = { actor: caller.actor, now: this.clock() };
    if (await this.database.directory.releaseHold(organizationId, id, by)) return { id };
    throw new Problem(404, 'unknown_hold', 'nothing of this id is held in this directory');
  }

  @Serves(OPERATIONS.listOffboardingReceipts)
  async receipts(@Param('organization') name: string, @Query() query: Parameters): Promise<object> {
    knownOnly(query, ['before', 'limit']);
    const page = { before: momentOf(query, 'before'), count: limitOf(query) };
    const { organizationId } = await knownOrganization(this.database, name);
    return { receipts: (await this.database.directory.receipts(organizationId, page)).map(receiptView) };
  }
}

function holdView({ holdId, reason, userId, at, releasedAt, releasedBy }: DirectoryHold): object {
  const released = { releasedAt: releasedAt ?? null, releasedBy: releasedBy ?? null };
  return { id: holdId, reason, userId: userId ?? null, at, ...released };
}
