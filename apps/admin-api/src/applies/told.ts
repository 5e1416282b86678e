import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { StreamableFile } from '@nestjs/common';
import { problemOf } from '@rolecall/platform';
import type { Logger } from '@rolecall/platform';

/** Lines instead of one value, for who would rather see that something goes on. */
export const LINES = 'application/x-ndjson';
/** What is done by then is answered as ever, errors with their status too. */
const AT_ONCE_MS = 1_000;
const EVERY_MS = 1_000;

/** Whether a caller asks for lines. @param accept UNTRUSTED */
export function wantsLines(accept: string | undefined): boolean {
  return accept?.split(',').some((type) => type.trim().toLowerCase() === LINES) ?? false;
}

export interface Telling {
  /** Whether the caller asks for lines. */
  readonly lines: boolean;
  readonly traceId: string;
  readonly logger: Logger;
  readonly atOnceMs?: number;
  readonly everyMs?: number;
}

/**
 * Answers with what `work` gives, as one value; or, for who asks for lines and when it takes long, with a line a second that says how many users
 * were looked at, and a last one that has `result` or `error` with the `status` that it would have had.
 * @throws what `work` throws, as long as nothing was answered
 */
export async function telling<T extends object>(
  work: (looked: (users: number) => void) => Promise<T>,
  { lines, traceId, logger, atOnceMs = AT_ONCE_MS, everyMs = EVERY_MS }: Telling,
): Promise<T | StreamableFile> {
  let users = 0;
  const result = work((more) => {
    users += more;
  });
  if (!lines) return result;
  const first = await Promise.race([result, pause(atOnceMs, undefined, { ref: false })]);
  if (first !== undefined) return first;
  return new StreamableFile(Readable.from(told()), { type: LINES });

  async function* told(): AsyncIterable<string> {
    try {
      for (;;) {
        yield line({ progress: { users } });
        const done = await Promise.race([result, pause(everyMs, undefined, { ref: false })]);
        if (done !== undefined) return yield line({ result: done });
      }
    } catch (error) {
      const { status, code, message, diagnostics } = problemOf(error);
      if (status >= 500) logger.error({ err: error, traceId, code }, message);
      yield line({ status, error: { code, message, traceId, diagnostics } });
    }
  }
}

const line = (value: object) => `${JSON.stringify(value)}\n`;
