import type { MailKind } from '../stores/mails.ts';

const MINUTE = 60_000;
const USUAL_MS = 3 * 24 * 60 * MINUTE;

/** What is of no use any more after a while is not sent then: a link is dead, a code is over. */
const SHORT: Partial<Record<MailKind, number>> = {
  'email-code': 10 * MINUTE,
  'recovery-link': 15 * MINUTE,
  'recovery-confirm': 15 * MINUTE,
  'password-reset': 30 * MINUTE,
};

/** How long a mail of this kind is tried, in milliseconds; what ends sooner is also sent first. */
export function mailLifetimeMs(kind: MailKind): number {
  return SHORT[kind] ?? USUAL_MS;
}
