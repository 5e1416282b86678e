import { endOfDay } from './day.ts';
import type { OrganizationDocument } from './document.ts';

/** Exemptions from single sign-on that end together: how many, not whose. */
export interface ExpiringExemptions {
  /** Their last day, as declared: `2027-03-31`. */
  readonly expires: string;
  /** When that day is over, UTC. */
  readonly endsAt: Date;
  readonly people: number;
}

/** The exemptions of a valid document that have an effect, by their last day; none while SSO is not enforced. */
export function expiringExemptions({ spec }: OrganizationDocument): readonly ExpiringExemptions[] {
  if (spec.login?.enforceSso !== true) return [];
  const people = new Map<string, number>();
  for (const { expires } of Object.values(spec.login.exemptions ?? {})) {
    people.set(expires, (people.get(expires) ?? 0) + 1);
  }
  return [...people].map(([expires, count]) => ({ expires, endsAt: endOfDay(expires), people: count }));
}
