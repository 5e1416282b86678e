import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ExpiryRegister } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Clock, Logger, Metrics } from '@rolecall/platform';
import { Recurring } from '../maintenance/recurring.ts';
import { isOvertaken, whyOf } from './write-organization.ts';
import type { TakingBack, WriteOrganization } from './write-organization.ts';

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
  /** By organization: when what was refused is tried again, and why it was. */
  readonly #waits = new Map<string, { readonly until: number; readonly code: string }>();

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
    const staying =
      'Organizations whose overrides are over and stay live, by the code of why, as this replica found them last';
    metrics.gaugeOf('rolecall_overrides_staying', staying, ['code'], () => Promise.resolve(this.waiting()));
  }

  onApplicationBootstrap(): void {
    this.#recurring.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#recurring.stop();
  }

  async runDue(): Promise<void> {
    const now = this.clock();
    for (const [name, { until }] of this.#waits) if (until <= now.getTime()) this.#waits.delete(name);
    const due = await this.register.overridesOver({ now, except: [...this.#waits.keys()], limit: BATCH });
    for (const name of due) await this.takeBack(name, now);
  }

  /**
   * Does so now, or sees to it that it is tried again.
   * @returns undefined, or the code of why something stays live
   */
  async takeBack(organization: string, now: Date, request: TakingBack = {}): Promise<string | undefined> {
    try {
      const paths = await this.organizations.takeBackEnded(organization, now, request);
      if (paths === undefined) return undefined;
      this.#outcomes.inc({ outcome: 'taken_back' });
      // how many: a path may have an address in it
      this.logger.info({ organization, fields: paths.length }, 'overrides ended, and their fields were taken back');
      return undefined;
    } catch (error) {
      const code = error instanceof Problem ? whyOf(error) : 'internal_error';
      // the next look finds what another replica left
      if (error instanceof Problem && isOvertaken(error)) return code;
      this.#waits.set(organization, { until: now.getTime() + AGAIN_MS, code });
      this.#outcomes.inc({ outcome: 'refused' });
      const why = error instanceof Problem ? { code } : { err: error };
      this.logger.warn({ organization, ...why }, 'overrides are over and stay live, as drift; they are tried again');
      return code;
    }
  }

  /** How many organizations wait for another try, by what kept the server from taking overrides back. */
  private waiting() {
    const codes = Map.groupBy(this.#waits.values(), ({ code }) => code);
    return [...codes].map(([code, all]) => ({ labels: { code }, value: all.length }));
  }
}
