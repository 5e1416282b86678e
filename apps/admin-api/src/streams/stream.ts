import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { AuditStreams } from '@rolecall/persistence';
import type { Clock, Logger, Metrics } from '@rolecall/platform';
import { Recurring } from '../maintenance/recurring.ts';
import { SEND_TIMEOUT_MS } from './sink.ts';
import type { Sink } from './sink.ts';

const BATCH = 100;
const EVERY_MS = 2_000;
const CLAIM_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** For so long at once, so that the last batch ends within the claim. */
const AT_ONCE_MS = CLAIM_MS - 2 * SEND_TIMEOUT_MS;

/**
 * Sends the audit log to the sinks, each by itself: one that is away waits longer and longer, up to ten minutes, and gets everything when it is
 * back, however long that takes; it keeps nobody else waiting.
 */
export class AuditStream implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly recurring: readonly Recurring[];
  private readonly sent;
  private readonly failures;
  private readonly waits = new Set<string>();

  constructor(
    private readonly streams: AuditStreams,
    private readonly sinks: readonly Sink[],
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
    everyMs = EVERY_MS,
  ) {
    this.sent = metrics.counter('rolecall_audit_sent_total', 'Events that a sink of the audit log took', ['sink']);
    this.failures = metrics.counter('rolecall_audit_failures_total', 'Batches that a sink did not take', ['sink']);
    const help = 'Audit logs of which a sink has not had everything';
    metrics.gauge('rolecall_audit_unsent', help, 'sink', () => streams.backlog());
    const failed = { logger, message: 'the audit stream failed; the next run tries again' };
    this.recurring = sinks.map((sink) => new Recurring(() => this.run(sink), failed, everyMs));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.streams.configure(
      this.sinks.map(({ name }) => name),
      this.clock(),
    );
    for (const recurring of this.recurring) recurring.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.recurring.map((recurring) => recurring.stop()));
  }

  /** Sends what there is, batch by batch. Nothing when another process does it, or the sink is to be left alone. */
  async run(sink: Sink): Promise<void> {
    const claimed = await this.claim(sink);
    if (claimed === undefined) return;
    try {
      const end = performance.now() + AT_ONCE_MS;
      while ((await this.batch(sink)) > 0 && performance.now() < end);
      await this.streams.release(sink.name, { tries: 0, dueAt: this.clock() });
      if (this.waits.delete(sink.name)) this.logger.info({ sink: sink.name }, 'a sink of the audit log is back');
    } catch (error) {
      const tries = claimed.tries + 1;
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
      await this.streams.release(sink.name, { tries, dueAt: new Date(this.clock().getTime() + wait) });
      this.failures.inc({ sink: sink.name });
      this.waits.add(sink.name);
      this.logger.warn({ err: error, sink: sink.name, tries, wait }, 'a sink of the audit log took nothing');
    }
  }

  private claim({ name }: Sink): Promise<{ readonly tries: number } | undefined> {
    const now = this.clock();
    return this.streams.claim(name, now, new Date(now.getTime() + CLAIM_MS));
  }

  /** @returns how many it took */
  private async batch(sink: Sink): Promise<number> {
    const events = await this.streams.unsent(sink.name, BATCH);
    if (events.length === 0) return 0;
    await sink.send(events, this.clock());
    await this.streams.sent(sink.name, events);
    this.sent.inc({ sink: sink.name }, events.length);
    return events.length;
  }
}
