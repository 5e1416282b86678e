/** Refusals per organization and minute that are recorded though they belong to no login; per process. */
export const STRANGERS_PER_MINUTE = 30;

const MINUTE_MS = 60_000;

/**
 * Bounds what somebody who never signed in can make us keep: flow records stay for weeks, audit events for good. Enough is
 * kept to see what goes wrong (an identity provider that starts by itself, say); what is beyond is counted and logged.
 */
export class RefusalBudget {
  private minute = 0;
  private readonly used = new Map<string, number>();

  /** Whether one more refusal of the organization may be recorded; takes it from the budget. */
  take(organizationId: string, now: Date): boolean {
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (minute !== this.minute) this.used.clear();
    this.minute = minute;
    const used = this.used.get(organizationId) ?? 0;
    if (used >= STRANGERS_PER_MINUTE) return false;
    this.used.set(organizationId, used + 1);
    return true;
  }
}
