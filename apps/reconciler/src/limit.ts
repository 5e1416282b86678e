import { CommandError, EXIT } from './exit.ts';

const DEFAULT_LIMIT = 20;
/** The largest page of the admin API. */
export const MAX_LIMIT = 1000;

/** The number of `--limit`. @throws CommandError `invalid_limit` */
export function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CommandError(EXIT.usage, 'invalid_limit', `--limit "${text}" is no number from 1 to ${MAX_LIMIT}`);
}
