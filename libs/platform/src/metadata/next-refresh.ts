const FIRST_RETRY_MS = 60_000;

/** What the next time of a refresh hangs on. */
interface Refreshed {
  readonly failed: boolean;
  /** Of the metadata in use. */
  readonly validUntil: Date | undefined;
  readonly now: Date;
}

/**
 * When metadata is fetched next: after its interval, or half way to the end of its validity when that is sooner; after a
 * failure in a minute, then two, four, … up to the interval. Within a tenth more or less, so that what began together does
 * not go on together.
 * @param random from 0 to 1
 */
export function nextRefresh(
  { refreshSeconds, failures }: { readonly refreshSeconds: number; readonly failures: number },
  { failed, validUntil, now }: Refreshed,
  random: () => number = Math.random,
): Date {
  const interval = refreshSeconds * 1000;
  const retry = FIRST_RETRY_MS * 2 ** Math.min(failures, 20);
  const untilEnd = validUntil === undefined ? Infinity : (validUntil.getTime() - now.getTime()) / 2;
  const usual = Math.min(interval, Math.max(untilEnd, FIRST_RETRY_MS));
  const wait = failed ? Math.min(retry, usual) : usual;
  return new Date(now.getTime() + Math.round(wait * (0.9 + random() * 0.2)));
}
