/* Moments of a server's answer (ISO 8601, UTC), as tables show them. */

/** `2026-11-01`. */
export const dayOf = (at: string): string => at.slice(0, 10);

/** `2026-11-01 12:00`. */
export const minuteOf = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** `2026-11-01 12:00:00`. */
export const secondOf = (at: string): string => at.slice(0, 19).replace('T', ' ');
