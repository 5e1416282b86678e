import type { Request } from 'express';

/** In the order in which they are looked for, since most browsers name others too. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const SYSTEMS = [
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'a Mac'],
  ['Linux', 'Linux'],
] as const;

/** "Firefox on Windows": what a person can recognize. Words of ours, whatever the header says. */
export function browserOf({ headers }: Pick<Request, 'headers'>): string {
  const { 'user-agent': userAgent = '' } = headers;
  const named = (names: readonly (readonly [string, string])[]) =>
    names.find(([mark]) => userAgent.includes(mark))?.[1];
  const [browser, system] = [named(BROWSERS) ?? 'A browser', named(SYSTEMS)];
  return system === undefined ? browser : `${browser} on ${system}`;
}
