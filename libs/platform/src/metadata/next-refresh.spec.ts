import { nextRefresh } from './next-refresh.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const HOUR = 3600;

/** Seconds to the next refresh, without jitter. */
function wait(claim: { failures?: number }, refreshed: { failed?: boolean; validUntil?: Date } = {}): number {
  const { failed = false, validUntil } = refreshed;
  const next = nextRefresh(
    { refreshSeconds: 6 * HOUR, failures: claim.failures ?? 0 },
    { failed, validUntil, now: NOW },
    () => 0.5,
  );
  return (next.getTime() - NOW.getTime()) / 1000;
}
const until = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

it('waits for the interval after a success', () => {
  expect(wait({})).toBe(6 * HOUR);
});

it('waits longer after each failure, never longer than the interval', () => {
  const waits = [0, 1, 2, 5, 8, 9, 1000].map((failures) => wait({ failures }, { failed: true }));
  expect(waits).toEqual([60, 120, 240, 1920, 15_360, 6 * HOUR, 6 * HOUR]);
});

it('comes before the metadata ends, and does not hammer when it has ended', () => {
  expect(wait({}, { validUntil: until(4 * HOUR) })).toBe(2 * HOUR);
  expect(wait({}, { validUntil: until(48 * HOUR) })).toBe(6 * HOUR);
  expect(wait({}, { validUntil: until(-HOUR) })).toBe(60);
});

it('differs by a tenth', () => {
  const at = (random: number) =>
    nextRefresh(
      { refreshSeconds: 1000, failures: 0 },
      { failed: false, validUntil: undefined, now: NOW },
      () => random,
    );
  expect([at(0), at(1)]).toEqual([until(900), until(1100)]);
});
