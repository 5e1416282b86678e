import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '@rolecall/platform';

/** More than this at once, and somebody floods us: nothing of it is promised to anybody. */
const MAX_AT_ONCE = 100;

/** Work whose outcome an answer must not tell, by its words nor by its time: done behind the answer, and before the process ends. */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly running = new Set<Promise<void>>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  run(code: string, traceId: string, work: () => Promise<void>): void {
    if (this.running.size >= MAX_AT_ONCE) {
      this.logger.warn({ code: `${code}_dropped`, traceId }, 'too much is done behind answers');
      return;
    }
    const done = work()
      .catch((error: unknown) => this.logger.error({ err: error, code, traceId }, 'work behind an answer failed'))
      .finally(() => this.running.delete(done));
    this.running.add(done);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }
}
