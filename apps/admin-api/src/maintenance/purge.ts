import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import type { Clock, Logger } from '@rolecall/platform';
import { Recurring } from './recurring.ts';

const EVERY_MS = 10 * 60 * 1000;

/**
 * Deletes what has expired (pending logins, used assertions, ended sessions, old flow records, client addresses) every ten minutes. Each
 * replica does it at a moment of its own; what another one deleted already is simply not there.
 */
export class Purge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly recurring: Recurring;

  constructor(
    private readonly database: Pick<Database, 'purgeExpired' | 'keptAddressDays'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly addressDays: number,
    everyMs = EVERY_MS,
  ) {
    const failed = { logger, message: 'purge failed; the next one tries again' };
    this.recurring = new Recurring(() => this.run(), failed, everyMs);
  }

  async onApplicationBootstrap(): Promise<void> {
    const kept = await this.database.keptAddressDays();
    if (kept > this.addressDays) {
      const message =
        'client addresses are kept for longer than ROLECALL_AUDIT_ADDRESS_DAYS; run "rolecall db migrate" with it';
      this.logger.warn({ days: this.addressDays, kept }, message);
    }
    this.recurring.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.recurring.stop();
  }

  private async run(): Promise<void> {
    this.logger.info({ purged: await this.database.purgeExpired(this.clock(), this.addressDays) }, 'purged');
  }
}
