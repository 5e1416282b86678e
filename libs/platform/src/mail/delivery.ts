import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ClaimedMail, Database, OutgoingMail } from '@rolecall/persistence';
import type { Counter } from 'prom-client';
import type { Clock } from '../clock.ts';
import { errorCode } from '../error-code.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { MailError } from './mailer.ts';
import type { Mailer } from './mailer.ts';
import { composeMail, isKnownKind } from './messages/index.ts';

/** How often it looks without being told: for what is to be tried again. */
const EVERY_MS = 15_000;
/** Claimed together, and sent side by side. */
const AT_ONCE = 4;
/** Less than the minute for which a claimed mail is nobody else's. */
const SEND_MS = 45_000;
/** Nobody can take these; trying again helps nobody. */
const HOPELESS: ReadonlySet<string> = new Set(['invalid_mail', 'recipient_refused']);

export interface DeliveryOptions {
  readonly database: Pick<Database, 'mails' | 'organizations'>;
  /** undefined = no mail server is configured: mails wait until somebody else sends them, or until they are given up. */
  readonly mailer: Mailer | undefined;
  /** Public base URL of the gateway, which all links lead to. */
  readonly gatewayUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly everyMs?: number;
}

/**
 * Sends the mails of the outbox: at once when a transaction has queued some, and from time to time what is to be tried again. Any number
 * of processes may do it; each mail is claimed by one. AT LEAST once: a process that dies between sending and forgetting leaves
 * a mail that is sent again, under the same Message-ID.
 */
export class MailDelivery implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #mails: Counter<'kind' | 'outcome'>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #unsubscribe: () => void = () => undefined;

  constructor(private readonly options: DeliveryOptions) {
    const { metrics, database } = options;
    this.#mails = metrics.counter('rolecall_mails_total', 'Mails of the outbox, by outcome', ['kind', 'outcome']);
    metrics.gauge('rolecall_mails_waiting', 'Mails in the outbox', 'state', async () => ({
      waiting: await database.mails.waiting(),
    }));
  }

  onApplicationBootstrap(): void {
    const { mailer, logger, database, everyMs = EVERY_MS } = this.options;
    if (mailer === undefined) {
      const message = 'no mail is sent from here: set ROLECALL_SMTP_URL and ROLECALL_MAIL_FROM';
      logger.warn({ code: 'mail_not_configured' }, message);
      return;
    }
    this.#unsubscribe = database.mails.onQueued(() => this.nudge());
    const next = () => {
      this.nudge();
      this.#timer = setTimeout(next, everyMs * (0.5 + Math.random())).unref();
    };
    next();
  }

  /** Begins no mail any more, and resolves when those under way are sent or not. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#running;
    this.options.mailer?.close();
  }

  /** Sends everything that is due; how many were sent. Rejects when the outbox cannot be read. */
  async run(): Promise<number> {
    const { database, mailer, clock, logger } = this.options;
    if (mailer === undefined) return 0;
    const old = await database.mails.giveUp(clock());
    if (old > 0) {
      logger.warn({ code: 'mail_given_up', mails: old }, 'mails were not sent while they were of use');
      this.#mails.inc({ kind: 'any', outcome: 'given_up' }, old);
    }
    for (let sent = 0; ;) {
      const claimed = this.#stopped ? [] : await database.mails.claim(clock(), AT_ONCE);
      if (claimed.length === 0) return sent;
      const outcomes = await Promise.all(claimed.map((mail) => this.deliver(mail, mailer)));
      sent += outcomes.filter(Boolean).length;
    }
  }

  /** Runs, or runs once more when it does. */
  private nudge(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.runWhileNudged().finally(() => (this.#running = undefined));
  }

  private async runWhileNudged(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.run().catch((error: unknown) => {
        this.options.logger.warn({ err: error }, 'the outbox could not be read; it is tried again');
      });
    }
  }

  /** Whether it was sent. Never rejects: one mail's trouble is not the others'. */
  private async deliver(claimed: ClaimedMail, mailer: Mailer): Promise<boolean> {
    const { mails } = this.options.database;
    const { organizationId, mailId, tries } = claimed;
    let kind = 'unknown';
    try {
      const mail = await mails.read(claimed);
      // a kind that a newer process queued is that one's to send
      if (mail !== undefined && !isKnownKind(mail.kind)) return false;
      kind = mail?.kind ?? kind;
      const isSent = mail !== undefined && (await this.send(mail, claimed, mailer));
      await mails.forget(claimed);
      if (isSent) this.#mails.inc({ kind, outcome: 'sent' });
      return isSent;
    } catch (error) {
      const code = errorCode(error) ?? 'unknown';
      const hopeless = HOPELESS.has(code);
      const about = { code, organizationId, mailId, kind, tries };
      const then = hopeless ? 'it is given up' : 'it is tried again';
      this.options.logger.warn(about, `a mail was not sent; ${then}`);
      this.#mails.inc({ kind, outcome: hopeless ? 'given_up' : 'failed' });
      if (hopeless) await mails.forget(claimed).catch(() => undefined);
      return false;
    }
  }

  /** False when its organization is gone. */
  private async send(mail: OutgoingMail, { organizationId, mailId }: ClaimedMail, mailer: Mailer): Promise<boolean> {
    const organization = await this.options.database.organizations.byId(organizationId);
    if (organization === undefined) return false;
    const { name, document } = organization;
    const displayName = document.spec.displayName ?? name;
    const composed = composeMail(mail, { name, displayName }, this.options.gatewayUrl);
    await within(SEND_MS, mailer.send({ to: [mail.to], fromName: displayName, id: mailId, ...composed }));
    return true;
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new MailError('mail_server_unreachable', 'the mail server took too long');
    timer = setTimeout(() => reject(error), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
