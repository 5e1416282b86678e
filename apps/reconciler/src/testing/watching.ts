import type { Io } from '../io.ts';
import { run } from '../run.ts';
import { TEST_TOKEN } from './test-server.ts';

/** A line that `rolecall watch` printed. */
export interface WatchEvent {
  readonly event: string;
  readonly [about: string]: unknown;
}

/** TEST ONLY. A running `rolecall watch`. */
export interface Watching {
  readonly events: readonly WatchEvent[];
  /** The next event of a kind that was not waited for before. */
  next(event: string): Promise<WatchEvent>;
  /** As SIGTERM does it. Returns the exit code. */
  stop(): Promise<number>;
  /** By itself, with `--once`. */
  readonly exitCode: Promise<number>;
}

const LONGEST_MS = 60_000;

/** Starts the command with what it needs of the world. */
export function startWatch(
  args: readonly string[],
  { server, env }: { readonly server: string; readonly env: Readonly<Record<string, string | undefined>> },
): Watching {
  const events: WatchEvent[] = [];
  let seen = 0;
  const works = new Set<() => Promise<unknown>>();
  const io: Io = {
    out: (text) => void events.push(...linesOf(text)),
    err: () => undefined,
    env: { ROLECALL_SERVER: server, ROLECALL_TOKEN: TEST_TOKEN, ...env },
    cwd: env['HOME'] ?? '/',
    now: new Date(),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
    pause: () => Promise.resolve(),
    onInterrupt: (work) => {
      works.add(work);
      return () => void works.delete(work);
    },
  };
  const exitCode = run(['watch', '--interval', '1s', '--listen', 'off', ...args], io);
  return {
    events,
    exitCode,
    async next(wanted) {
      const end = Date.now() + LONGEST_MS;
      while (Date.now() < end) {
        const at = events.findIndex(({ event }, index) => index >= seen && event === wanted);
        if (at >= 0) {
          seen = at + 1;
          return events[at]!;
        }
        await new Promise((resolve) => void setTimeout(resolve, 20));
      }
      throw new Error(`no event "${wanted}" came; there were ${JSON.stringify(events)}`);
    },
    async stop() {
      await Promise.all([...works].map((work) => work()));
      return exitCode;
    },
  };
}

function linesOf(text: string): WatchEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WatchEvent);
}
