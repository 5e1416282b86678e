import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import { CLOCK, DATABASE, LOGGER } from '@rolecall/platform';
import type { Clock, Logger } from '@rolecall/platform';
import type { Lease } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { Caller, Serves } from '../access/serves.decorator.ts';
import { OPERATIONS } from '../api/operations.ts';
import { knownOnly } from '../api/query.ts';
import type { Query as Parameters } from '../api/query.ts';
import type { LeaseRenewal, LeaseRequest } from '../api/requests.ts';
import { validated } from '../api/validate.ts';
import { refusing } from '../applies/refusal.ts';

/** Who may apply to a collection: taken before an apply, kept by a heartbeat, ended after it or by whoever knows better. */
@Controller()
export class LeasesController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Serves(OPERATIONS.takeLease)
  async take(@Param('collection') name: string, @Body() body: unknown, @Caller() caller: Principal): Promise<object> {
    const { holder } = validated<LeaseRequest>('LeaseRequest', body);
    const by = { holder, token: caller.name };
    const { secret, ...lease } = await refusing(this.database.leases.take(validated('Slug', name), by, this.clock()));
    return { ...viewOf(lease), secret };
  }

  @Serves(OPERATIONS.renewLease)
  async renew(@Param('collection') name: string, @Body() body: unknown): Promise<object> {
    const held = validated<LeaseRenewal>('LeaseRenewal', body);
    return viewOf(await refusing(this.database.leases.renew(validated('Slug', name), held, this.clock())));
  }

  @Serves(OPERATIONS.releaseLease)
  async release(@Param('collection') name: string, @Body() body: unknown): Promise<{ ended: object | null }> {
    const held = validated<LeaseRenewal>('LeaseRenewal', body);
    return endedView(await this.database.leases.end(validated('Slug', name), held));
  }

  @Serves(OPERATIONS.endLease)
  async end(
    @Param('collection') name: string,
    @Query() query: Parameters,
    @Caller() caller: Principal,
  ): Promise<{ ended: object | null }> {
    knownOnly(query, []);
    const ended = await this.database.leases.end(validated('Slug', name), undefined);
    if (ended !== undefined)
      this.logger.warn({ actor: caller.id, collection: name, fencing: ended.fencing }, 'a lease was ended by unlock');
    return endedView(ended);
  }
}

const endedView = (ended: Lease | undefined) => ({ ended: ended === undefined ? null : viewOf(ended) });

const viewOf = ({ takenAt, expiresAt, ...lease }: Lease) => ({
  ...lease,
  takenAt: takenAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});
