import type { Logger } from '@rolecall/platform';

/** Work that is done again and again, each time when the one before has ended, until it is stopped. */
export class Recurring {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: () => Promise<unknown>,
    /** What the log says when a run fails; the next one is tried all the same. */
    private readonly failed: { readonly logger: Logger; readonly message: string },
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.schedule();
  }

  /** Begins nothing more, and resolves when what is under way has ended: it may hold claims, and needs the database. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  /** Jittered by half, so that replicas that started together do not work together. */
  private schedule(): void {
    const delay = this.everyMs * (0.5 + Math.random());
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, delay).unref();
  }

  private async run(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.failed.logger.warn({ err: error }, this.failed.message);
    }
    if (this.timer !== undefined) this.schedule();
  }
}
