interface Entry<T> {
  /** When it was asked for, in milliseconds. */
  readonly at: number;
  readonly value: Promise<T>;
}

/** What is known under one key. */
interface Known<T> {
  readonly good?: Entry<T> | undefined;
  readonly asked?: Entry<T>;
  readonly failed?: Entry<T>;
}

/** A server that does not answer is not asked again for this long, in milliseconds: however many log in meanwhile. */
const FAILED_MS = 5_000;

/**
 * Answers of servers as one process remembers them, `limit` of them at most. Each is asked for once, however many wait for
 * it. A failure is an answer for 5 seconds, and takes nothing away that is remembered: who can do with an older answer gets it.
 */
export class Remembered<T> {
  private readonly entries = new Map<string, Known<T>>();

  constructor(private readonly limit: number) {}

  /** A value at most `maxAge` milliseconds old; `fetch` is asked for it when there is none. */
  get(key: string, now: Date, maxAge: number, fetch: () => Promise<T>): Promise<T> {
    const at = now.getTime();
    const { good, asked, failed } = this.entries.get(key) ?? {};
    if (good && at - good.at < maxAge) return good.value;
    if (asked) return asked.value;
    if (failed && at - failed.at < FAILED_MS) return failed.value;
    return this.ask(key, good, { at, value: fetch() });
  }

  private ask(key: string, good: Entry<T> | undefined, asked: Entry<T>): Promise<T> {
    this.put(key, { good, asked });
    asked.value.then(
      () => this.put(key, { good: asked }),
      () => this.put(key, { good, failed: asked }),
    );
    return asked.value;
  }

  private put(key: string, known: Known<T>): void {
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= this.limit) this.entries.delete(oldest);
    this.entries.set(key, known);
  }
}
