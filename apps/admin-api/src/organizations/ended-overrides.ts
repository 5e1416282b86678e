import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ExpiryRegister } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Clock, Logger, Metrics } from '@rolecall/platform';
import { Recurring } from '../maintenance/recurring.ts';
import type { WriteOrganization } from './write-organization.ts';

const EVERY_MS = 30_000;
/** What a guard refused is tried again after this. */
const AGAIN_MS = 10 * 60_000;
/** Organizations at once, per replica. */
const BATCH = 500;

/**
 * Takes overrides back when their time is over, within a minute. Each replica looks for itself: of two that find the same one, the second
 * is refused for its revision, or finds nothing. What is refused stays live, as drift: plans name it, and the log says why.
 */
export class EndedOverrides implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #recurring: Recurring;
  readonly #outcomes;
  /** By organization: when what was refused is tried again. */
  readonly #waits = new Map<string, number>();

  constructor(
    private readonly register: Pick<ExpiryRegister, 'overridesOver'>,
    private readonly organizations: Pick<WriteOrganization, 'takeBackEnded'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
    everyMs = EVERY_MS,
  ) {
    const message = 'overrides that are over were not looked for; the next run tries again';
    this.#recurring = new Recurring(() => this.runDue(), { logger, message }, everyMs);
    const help = 'Organizations whose overrides were over, by whether their fields were taken back';
    this.#outcomes = metrics.counter('rolecall_overrides_ended_total', help, ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.#recurring.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#recurring.stop();
  }

  async runDue(): Promise<void> {
    const now = this.clock();
    for (const [name, until] of this.#waits) if (until <= now.getTime()) this.#waits.delete(name);
    const due = await this.register.overridesOver({ now, except: [...this.#waits.keys()], limit: BATCH });
    for (const name of due) await this.takeBack(name, now);
  }

  /**
   * Does so now, or sees to it that it is tried again.
   * @returns undefined, or the code of why something stays live
   */
  async takeBack(organization: string, now: Date): Promise<string | undefined> {
    try {
      const paths = await this.organizations.takeBackEnded(organization, now);
      this.#outcomes.inc({ outcome: 'taken_back' });
      // how many: a path may have an address in it
      this.logger.info({ organization, fields: paths.length }, 'overrides ended, and their fields were taken back');
      return undefined;
    } catch (error) {
      this.#waits.set(organization, now.getTime() + AGAIN_MS);
      this.#outcomes.inc({ outcome: 'refused' });
      const why = error instanceof Problem ? { code: error.code } : { err: error };
      this.logger.warn({ organization, ...why }, 'overrides are over and stay live, as drift; they are tried again');
      return error instanceof Problem ? error.code : 'internal_error';
    }
  }
}
