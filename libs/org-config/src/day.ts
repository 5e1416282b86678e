const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * When a declared day, such as `2027-03-31`, is over, UTC: until then what ends on it holds. Days that no calendar has count on: the
 * 31st of February is the 3rd of March.
 */
export function endOfDay(day: string): Date {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date + 1));
}

/** Whole days until a day's end; negative = it is over. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - 1 - now.getTime()) / DAY_MS);
}

/** Of `daysUntil`, in words: `today`, `in 3 days`, `1 day ago`. */
export function whenIs(daysLeft: number): string {
  if (daysLeft === 0) return 'today';
  const days = Math.abs(daysLeft);
  const count = `${days.toLocaleString('en')} ${days === 1 ? 'day' : 'days'}`;
  return daysLeft < 0 ? `${count} ago` : `in ${count}`;
}
