import { randomUUID } from 'node:crypto';

/** Of the id that was made last: its time, and how many of that millisecond came before it. */
let last = 0;
let before = 0;
const MOST_OF_A_MILLISECOND = 0xfff;

/**
 * A UUID of version 7 (RFC 9562 §5.7): milliseconds since 1970, a counter of 12 bits (§6.2, method 1), then 62 random bits. Each that a
 * process makes is greater than those it made before, also when the clock goes back, so that rows that are made one after the other
 * stand so in an index and in a list. Its random bits are those of `randomUUID`, which Node draws for many at once.
 */
export function newId(): string {
  const now = Date.now();
  const isLater = now > last || before === MOST_OF_A_MILLISECOND;
  before = isLater ? 0 : before + 1;
  if (isLater) last = Math.max(now, last + 1);
  const milliseconds = last.toString(16).padStart(12, '0');
  const counter = before.toString(16).padStart(3, '0');
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7${counter}${randomUUID().slice(18)}`;
}
