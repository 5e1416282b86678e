import { type DirectoryRequestLog, PersistenceError } from '@rolecall/persistence';
import type { Logger } from '@rolecall/platform';
import type { LogEntry } from './entry.ts';

/** An entry is written so soon at the latest, while the database answers. */
const FLUSH_MS = 500;
/** When it does not answer, it is asked again after this. */
const AGAIN_MS = 5_000;
const BATCH = 200;
/** While the database is away, so many entries wait; the oldest go first. */
const MAX_WAITING = 5_000;

/**
 * Writes the request log behind the responses, in batches: a request never waits for its entry, and a crash may lose the last
 * half second. What changed is in the audit log, which is written in the change's own transaction.
 */
export class RequestLog {
  readonly #waiting: LogEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #away = false;

  constructor(
    private readonly store: Pick<DirectoryRequestLog, 'append'>,
    private readonly logger: Logger,
  ) {}

  add(entry: LogEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    if (this.#waiting.length >= BATCH && !this.#away) void this.flush();
    else this.schedule();
  }

  /** Resolves when all that waits is written, or cannot be now. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.write().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.schedule();
    });
    return this.#writing;
  }

  private schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), this.#away ? AGAIN_MS : FLUSH_MS).unref();
  }

  private async write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.store.append(batch);
        this.#away = false;
      } catch (error) {
        if (!(error instanceof PersistenceError && error.code === 'database_unavailable')) {
          this.logger.error({ err: error, lost: batch.length }, 'entries of the SCIM request log could not be written');
          continue;
        }
        // one that is written already stays as it is, so to write it again is no harm
        this.#waiting.unshift(...batch);
        this.#waiting.splice(0, this.#waiting.length - MAX_WAITING);
        if (!this.#away)
          this.logger.warn({ err: error }, 'the SCIM request log cannot be written now; its entries wait');
        this.#away = true;
        return;
      }
    }
  }
}
