import { createLogger } from '@rolecall/platform';
import { Purge } from './purge.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const NOTHING = {
  logins: 0,
  assertions: 0,
  sessions: 0,
  flows: 0,
  tests: 0,
  keys: 0,
  requests: 0,
  localSignIns: 0,
  applicationTokens: 0,
  once: 0,
  workloadTokens: 0,
  mails: 0,
  addresses: 0,
};
const silent = createLogger({ app: 'test', level: 'error' });

/** Resolves when `purgeExpired` was called `times` times; each call answers what `answer` gives. */
function database(times: number, answer: (call: number) => Promise<typeof NOTHING>) {
  const calls: [Date, number | undefined][] = [];
  let reached: () => void;
  const enough = new Promise<void>((resolve) => (reached = resolve));
  const purgeExpired = (now: Date, addressDays?: number) => {
    calls.push([now, addressDays]);
    if (calls.length === times) reached();
    return answer(calls.length);
  };
  return { calls, enough, purgeExpired, keptAddressDays: () => Promise.resolve(90) };
}

it('purges again and again, by the clock of the app, addresses after so many days', async () => {
  const db = database(3, () => Promise.resolve(NOTHING));
  const purge = new Purge(db, () => NOW, silent, 90, 1);
  await purge.onApplicationBootstrap();
  await db.enough;
  await purge.beforeApplicationShutdown();
  expect(db.calls.slice(0, 3)).toEqual([
    [NOW, 90],
    [NOW, 90],
    [NOW, 90],
  ]);
});

it('says so when the database keeps addresses for longer than it is told', async () => {
  const lines: string[] = [];
  const logger = createLogger({ app: 'test', level: 'warn' }, { write: (line: string) => void lines.push(line) });
  for (const days of [90, 365, 30]) {
    const purge = new Purge(
      database(1, () => Promise.resolve(NOTHING)),
      () => NOW,
      logger,
      days,
    );
    await purge.onApplicationBootstrap();
    await purge.beforeApplicationShutdown();
  }
  expect(lines).toEqual([expect.stringContaining('"days":30,"kept":90')]);
});

it('goes on after a failure', async () => {
  const lines: string[] = [];
  const logger = createLogger({ app: 'test', level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const db = database(2, (call) => (call === 1 ? Promise.reject(new Error('away')) : Promise.resolve(NOTHING)));
  const purge = new Purge(db, () => NOW, logger, 90, 1);
  await purge.onApplicationBootstrap();
  await db.enough;
  await purge.beforeApplicationShutdown();
  expect(lines.join('')).toContain('purge failed');
});

it('stops with the app', async () => {
  jest.useFakeTimers();
  try {
    const db = database(1, () => Promise.resolve(NOTHING));
    const purge = new Purge(db, () => NOW, silent, 90, 1_000);
    await purge.onApplicationBootstrap();
    await purge.beforeApplicationShutdown();
    jest.advanceTimersByTime(60_000);
    expect(db.calls).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});
