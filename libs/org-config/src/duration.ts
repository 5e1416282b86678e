const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Seconds of a duration such as `30m`, `12h` or `7d`; undefined when the text is not one. */
export function durationSeconds(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,6})([smhd])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** The seconds of a checked duration, or of the default where none is declared. */
export function secondsOr(declared: string | undefined, fallback: number): number {
  return (declared === undefined ? undefined : durationSeconds(declared)) ?? fallback;
}

/** How often metadata behind a URL may be fetched again, in seconds, and how often it is when nothing is declared. */
export const REFRESH_LIMITS = {
  min: 15 * SECONDS.m,
  max: 7 * SECONDS.d,
  default: 6 * SECONDS.h,
  words: '15m to 7d',
} as const;

/** How long two generations of our keys may live side by side, in seconds. */
export const OVERLAP_LIMITS = {
  min: SECONDS.h,
  max: 90 * SECONDS.d,
  default: 7 * SECONDS.d,
  words: '1h to 90d',
} as const;

/** What a session's durations may be, in seconds, and what they are when nothing is declared. */
export const SESSION_LIMITS = {
  idle: { min: SECONDS.m, max: 7 * SECONDS.d, default: SECONDS.h, words: '1m to 7d' },
  lifetime: { min: 5 * SECONDS.m, max: 30 * SECONDS.d, default: 12 * SECONDS.h, words: '5m to 30d' },
} as const;

/** How long the API token is good that a trusted issuer's token is exchanged for, in seconds. */
export const TRUST_LIFETIME_LIMITS = {
  min: SECONDS.m,
  max: 15 * SECONDS.m,
  default: 15 * SECONDS.m,
  words: '1m to 15m',
} as const;

/** What the durations of a directory may be, in seconds, and what they are when nothing is declared. */
export const DIRECTORY_LIMITS = {
  rotateEvery: { min: SECONDS.d, max: 730 * SECONDS.d, default: 365 * SECONDS.d, words: '1d to 730d' },
  overlap: OVERLAP_LIMITS,
  brakeWindow: { min: 5 * SECONDS.m, max: 7 * SECONDS.d, default: SECONDS.h, words: '5m to 7d' },
} as const;
