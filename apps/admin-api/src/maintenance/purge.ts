import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Database } from '@rolecall/persistence';
import type { Clock, Logger } from '@rolecall/platform';

const EVERY_MS = 10 * 60 * 1000;

/**
 * Deletes what has expired (pending logins, used assertions, ended sessions, old flow records) every ten minutes. Each
 * replica does it at a moment of its own; what another one deleted already is simply not there.
 */
export class Purge implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Pick<Database, 'purgeExpired'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly everyMs = EVERY_MS,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Jittered by half, so that replicas that started together do not work together. */
  private schedule(): void {
    const delay = this.everyMs * (0.5 + Math.random());
    this.timer = setTimeout(() => void this.run(), delay).unref();
  }

  private async run(): Promise<void> {
    try {
      this.logger.info({ purged: await this.database.purgeExpired(this.clock()) }, 'purged');
    } catch (error) {
      this.logger.warn({ err: error }, 'purge failed; the next one tries again');
    }
    if (this.timer !== undefined) this.schedule();
  }
}
