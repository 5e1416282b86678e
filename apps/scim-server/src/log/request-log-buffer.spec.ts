import { PersistenceError } from '@rolecall/persistence';
import { createLogger } from '@rolecall/platform';
import type { LogEntry } from './entry.ts';
import { RequestLog } from './request-log.ts';

const entry = (at: number) => ({ requestId: `r${at}` }) as LogEntry;

/** A store that can be away. */
function store() {
  const state = { away: false, batches: [] as string[][] };
  const append = async (entries: readonly LogEntry[]) => {
    if (state.away) throw new PersistenceError('database_unavailable', 'away');
    if (entries.some(({ requestId }) => requestId === 'r-1')) throw new Error('never');
    state.batches.push(entries.map(({ requestId }) => requestId));
  };
  return { append, state };
}

function logOver(target: ReturnType<typeof store>) {
  const lines: string[] = [];
  const logger = createLogger({ app: 'scim-server', level: 'warn' }, { write: (line) => lines.push(line) });
  return { log: new RequestLog(target, logger), lines };
}

it('writes in the order of the requests, in batches', async () => {
  const target = store();
  const { log } = logOver(target);
  for (let at = 0; at < 450; at++) log.add(entry(at));
  await log.flush();
  expect(target.state.batches.map(({ length }) => length)).toEqual([200, 200, 50]);
  expect(target.state.batches.flat()).toEqual(Array.from({ length: 450 }, (_, at) => `r${at}`));
});

it('keeps entries while the database is away, the newest 5,000, and says so once', async () => {
  const target = store();
  const { log, lines } = logOver(target);
  target.state.away = true;
  for (let at = 0; at < 6_000; at++) log.add(entry(at));
  await log.flush();
  await log.flush();
  expect(lines).toHaveLength(1);
  target.state.away = false;
  await log.flush();
  const written = target.state.batches.flat();
  expect([written.length, written[0], written.at(-1)]).toEqual([5_000, 'r1000', 'r5999']);
});

it('does not let one entry that cannot be written hold up the others', async () => {
  const target = store();
  const { log, lines } = logOver(target);
  for (let at = -1; at < 300; at++) log.add(entry(at));
  await log.flush();
  expect(target.state.batches.flat().at(-1)).toBe('r299');
  expect(lines).toHaveLength(1);
});
