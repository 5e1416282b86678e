import { setTimeout as clockPause } from 'node:timers/promises';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { Checkout } from '../watch/checkout.ts';
import { Events } from '../watch/events.ts';
import type { Outcome } from '../watch/outcome.ts';
import { pause } from '../watch/pace.ts';
import { look } from '../watch/round.ts';
import type { Round } from '../watch/round.ts';
import { watchSettings } from '../watch/settings.ts';
import type { WatchOptions, WatchSettings } from '../watch/settings.ts';
import { Status } from '../watch/status.ts';
import { serveStatus } from '../watch/status-server.ts';

/**
 * `rolecall watch`: looks at a git repository again and again, and says or makes the server what its files say. Ends when it is
 * interrupted, or after one look with `--once`.
 */
export async function watch(options: WatchOptions, io: Io): Promise<ExitCode> {
  const settings = watchSettings(options, io);
  const status = new Status(settings, new Date());
  const stop = new AbortController();
  const ended = Promise.withResolvers<void>();
  const forget = io.onInterrupt?.(() => {
    stop.abort();
    return ended.promise;
  });
  const events = new Events((line) => io.out(line));
  const checkout = new Checkout(settings, io.env);
  const server =
    settings.listen &&
    (await serveStatus(status, settings.listen).catch((error: unknown) => {
      checkout.remove();
      throw error;
    }));
  const { repository, ref, mode } = settings;
  events.tell('started', { repository: repository.url, ref, mode, ...(server && { status: `${server.url}/status` }) });
  try {
    return await looks({ settings, options, io, status, events, checkout, signal: stop.signal });
  } finally {
    await server?.close();
    checkout.remove();
    if (stop.signal.aborted) events.tell('stopped', {});
    forget?.();
    ended.resolve();
  }
}

interface Watching {
  readonly settings: WatchSettings;
  readonly options: WatchOptions;
  readonly io: Io;
  readonly status: Status;
  readonly events: Events;
  readonly checkout: Checkout;
  readonly signal: AbortSignal;
}

async function looks({ settings, options, io, status, events, checkout, signal }: Watching): Promise<ExitCode> {
  let inSync: string | undefined;
  for (let failures = 0; ;) {
    const round = await look(checkout, settings, options, inSync, io, signal);
    if (signal.aborted) return EXIT.done;
    status.note(round.commit, round.outcomes, new Date());
    inSync = syncedBy(round, inSync);
    failures = round.outcomes.some(isAway) ? failures + 1 : 0;
    const wait = options.once ? undefined : pause(settings.intervalMs, failures, Math.random());
    events.round(round, wait);
    if (wait === undefined) return exitOf(round.outcomes);
    await clockPause(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return EXIT.done;
  }
}

/** The commit that the server was last seen to be as. */
function syncedBy({ commit, outcomes }: Round, before: string | undefined): string | undefined {
  const last = outcomes.at(-1)?.is;
  return last === 'in_sync' || last === 'applied' ? commit : before;
}

function isAway(outcome: Outcome): boolean {
  return outcome.is === 'failed' && (outcome.where === 'git' || outcome.where === 'server');
}

function exitOf(outcomes: readonly Outcome[]): ExitCode {
  const failed = outcomes.find((outcome) => outcome.is === 'failed');
  if (failed) return failed.exitCode;
  for (const outcome of outcomes) {
    if (outcome.is === 'pending') return outcome.drift ? EXIT.driftOnly : EXIT.changesPending;
  }
  return EXIT.done;
}
