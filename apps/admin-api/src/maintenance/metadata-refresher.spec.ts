import type { MetadataClaim, MetadataSummary } from '@rolecall/persistence';
import { createLogger, Metrics } from '@rolecall/platform';
import { MetadataRefresher } from './metadata-refresher.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const CLAIM: MetadataClaim = {
  organizationId: '0195570a-0000-7000-8000-000000000001',
  identityProvider: 'okta',
  until: NOW,
  refreshSeconds: 3600,
  failures: 0,
};
const NOTHING: MetadataSummary = {
  failing: 0,
  held: 0,
  certificates: { expired: 0, within7: 0, within30: 0, within90: 0 },
};

/** A refresher whose store gives `claims`, once each time that it is asked, and then none. */
function refresher(
  claims: readonly (MetadataClaim | Error)[],
  run: (claim: MetadataClaim) => Promise<void>,
  enabled = true,
) {
  const lines: string[] = [];
  const left = [...claims];
  const store = {
    claimDue: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next ? [next] : [];
    },
    summary: async () => NOTHING,
  };
  const refresh = { run: (claim: MetadataClaim) => run(claim).then(() => ({ outcome: 'unchanged' as const })) };
  const logger = createLogger({ app: 'test', level: 'warn' }, { write: (line: string) => void lines.push(line) });
  return {
    lines,
    left,
    refresher: new MetadataRefresher(store, refresh, () => NOW, logger, new Metrics('test'), enabled, 1),
  };
}

it('goes on after the database was away, and after a refresh that failed for a reason of ours', async () => {
  let reached = () => {};
  const enough = new Promise<void>((resolve) => (reached = resolve));
  let runs = 0;
  const { lines, refresher: looking } = refresher([new Error('away'), CLAIM, CLAIM], async () => {
    runs += 1;
    if (runs === 1) throw new Error('a bug');
    reached();
  });
  looking.onApplicationBootstrap();
  await enough;
  await looking.beforeApplicationShutdown();
  expect(lines.join('')).toContain('looking for metadata that is due failed');
  expect(lines.join('')).toContain('a metadata refresh failed');
});

it('ends what is under way before the app shuts down, and begins nothing more', async () => {
  let finish = () => {};
  let begun = () => {};
  const running = new Promise<void>((resolve) => (begun = resolve));
  const { left, refresher: looking } = refresher([CLAIM, CLAIM], () => {
    begun();
    return new Promise<void>((resolve) => (finish = resolve));
  });
  looking.onApplicationBootstrap();
  await running;
  let ended = false;
  const shutdown = looking.beforeApplicationShutdown().then(() => (ended = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  finish();
  await shutdown;
  expect(left).toHaveLength(1);
});

it('looks for nothing by itself where it is switched off', async () => {
  jest.useFakeTimers();
  try {
    const { left, refresher: looking } = refresher([CLAIM], async () => undefined, false);
    looking.onApplicationBootstrap();
    jest.advanceTimersByTime(60_000);
    expect(left).toHaveLength(1);
  } finally {
    jest.useRealTimers();
  }
});
