import { CommandError, EXIT } from './exit.ts';

/**
 * The moment that a flag says: `2h` ago, a day or a time. ISO 8601.
 * @throws CommandError `invalid_time`
 */
export async function momentOf(flag: string, text: string, now: Date): Promise<string> {
  const { durationSeconds } = await import('@rolecall/org-config');
  const seconds = durationSeconds(text);
  const moment = seconds === undefined ? new Date(text) : new Date(now.getTime() - seconds * 1_000);
  const isDate = seconds !== undefined || /^\d{4}-\d\d-\d\d(?:T|$)/.test(text);
  if (isDate && !Number.isNaN(moment.getTime())) return moment.toISOString();
  const message = `${flag} "${text}" is no time; write 2h, 2026-11-01 or 2026-11-01T12:00:00Z`;
  throw new CommandError(EXIT.usage, 'invalid_time', message);
}
