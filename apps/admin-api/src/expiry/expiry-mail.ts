import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ExpiryRegister } from '@rolecall/persistence';
import type { Clock, Logger, Mailer, Metrics } from '@rolecall/platform';
import { Recurring } from '../maintenance/recurring.ts';
import { expiryMessage } from './expiry-message.ts';

const EVERY_MS = 15 * 60 * 1000;
/** Days before the end at which the platform team is told. */
const THRESHOLDS = [30, 14, 7, 1];

/** Who is told, and how. */
export interface ExpiryPost {
  readonly mailer: Mailer;
  readonly to: readonly string[];
}

/**
 * Tells the platform team by mail what ends: once per item, end and threshold, by one of all replicas, and again when the mail
 * server did not take it. Without a post it does nothing.
 */
export class ExpiryMail implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #recurring: Recurring;
  readonly #mails;

  constructor(
    private readonly register: Pick<ExpiryRegister, 'notify'>,
    private readonly post: ExpiryPost | undefined,
    private readonly clock: Clock,
    logger: Logger,
    metrics: Metrics,
    everyMs = EVERY_MS,
  ) {
    const failed = { logger, message: 'the mail about what ends was not sent; the next time it is tried again' };
    this.#recurring = new Recurring(() => this.run(), failed, everyMs);
    this.#mails = metrics.counter('rolecall_expiry_mails_total', 'Mails to the platform team, by outcome', ['outcome']);
  }

  onApplicationBootstrap(): void {
    if (this.post) this.#recurring.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#recurring.stop();
    this.post?.mailer.close();
  }

  /** Sends what is due; returns how many items it was about. @throws MailError */
  async run(): Promise<number> {
    const { post } = this;
    if (post === undefined) return 0;
    const now = this.clock();
    return this.register.notify({ now, thresholds: THRESHOLDS }, async (items) => {
      await post.mailer.send(expiryMessage(items, post.to, now)).catch((error: unknown) => {
        this.#mails.inc({ outcome: 'failed' });
        throw error;
      });
      this.#mails.inc({ outcome: 'sent' });
    });
  }
}
