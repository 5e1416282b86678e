import type { ExpiringItem } from '@rolecall/persistence';

const DAY_MS = 86_400_000;

/** An item of the register as the API shows it. */
export function viewOf(item: ExpiringItem, now: Date): object {
  const { organization = null, kind, name, expiresAt } = item;
  return { organization, kind, name, expiresAt: expiresAt.toISOString(), daysLeft: daysLeft(item, now) };
}

/** Whole days; 0 = within a day, negative = it is over. */
export function daysLeft({ expiresAt }: ExpiringItem, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
}
