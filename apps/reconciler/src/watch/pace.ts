/** However long something is away, it is asked again after this. */
const LONGEST_MS = 15 * 60_000;

/**
 * How long to wait until the next look: the interval, twice as long after each failure in a row up to a quarter of an hour (never
 * less than the interval), and between 80 and 120 % of that, so that many watchers do not ask at one moment.
 * @param random from 0 to 1
 */
export function pause(intervalMs: number, failures: number, random: number): number {
  const longest = Math.max(intervalMs, LONGEST_MS);
  const wait = Math.min(intervalMs * 2 ** Math.min(failures, 20), longest);
  return Math.round(wait * (0.8 + 0.4 * random));
}
