import type { DirectoryRequestLog } from '@rolecall/persistence';
import type { Logger } from '@rolecall/platform';
import type { LogEntry } from './entry.ts';

/** An entry is written so soon at the latest, while the database answers. */
const FLUSH_MS = 500;
const BATCH = 200;
/** While the database is away, so many entries wait; the oldest go first. */
const MAX_WAITING = 5_000;

/**
 * Writes the request log behind the responses, in batches: a request never waits for its entry, and a crash may lose the last
 * half second. What changed is in the audit log, which is written in the change's own transaction.
 */
export class RequestLog {
  #waiting: LogEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #lost = 0;

  constructor(
    private readonly store: Pick<DirectoryRequestLog, 'append'>,
    private readonly logger: Logger,
  ) {}

  add(entry: LogEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#lost++;
    }
    if (this.#waiting.length >= BATCH) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when all that waits is written, or could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.write());
    return this.#flushing;
  }

  private async write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.store.append(batch);
      } catch (error) {
        this.#lost += batch.length;
        this.logger.warn({ err: error, lost: this.#lost }, 'entries of the SCIM request log could not be written');
        return;
      }
    }
  }
}
