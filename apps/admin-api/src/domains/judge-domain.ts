import type { CheckedDomain, DomainClaim } from '@rolecall/persistence';
import type { Found } from './txt-record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A record may be away for so long before the domain is lost: a move of DNS to another hoster, a long weekend. */
const GRACE = 7 * DAY;

/** What somebody waits for is looked up often at first: [until this age of the claim, every]. */
const PATIENCE: readonly (readonly [number, number])[] = [
  [HOUR, MINUTE],
  [DAY, 10 * MINUTE],
  [7 * DAY, HOUR],
];

/**
 * What a look at DNS makes of a claim.
 * @param isFree whether no other organization has the domain
 * @param chance from 0 to 1: spreads the next looks, so that replicas and restarts do not bunch them
 */
export function judgeDomain(
  claim: DomainClaim,
  found: Found,
  isFree: boolean,
  now: Date,
  chance: number,
): CheckedDomain {
  const after = (delay: number) => new Date(now.getTime() + delay * (0.75 + chance / 2));
  if (found === 'proved' && isFree) {
    const event = claim.verifiedAt ? undefined : 'domain.verified';
    return { verifiedAt: claim.verifiedAt ?? now, failingSince: undefined, error: undefined, dueAt: after(DAY), event };
  }
  const error = found === 'proved' ? 'email_domain_taken' : found;
  const failingSince = claim.failingSince ?? now;
  const stays = claim.verification === 'dns' && now.getTime() - failingSince.getTime() < GRACE;
  if (claim.verifiedAt && stays) {
    return { verifiedAt: claim.verifiedAt, failingSince, error, dueAt: after(HOUR), event: undefined };
  }
  const event = eventOf(claim, error);
  return { verifiedAt: undefined, failingSince, error, dueAt: after(patienceFor(claim, now)), event };
}

/** The same refusal again and again is one event; what is asserted loses nothing by a missing record. */
function eventOf(claim: DomainClaim, error: CheckedDomain['error']): CheckedDomain['event'] {
  if (error === 'email_domain_taken') return claim.error === error ? undefined : 'domain.refused';
  return claim.verifiedAt && claim.verification === 'dns' ? 'domain.lost' : undefined;
}

function patienceFor({ claimedAt }: DomainClaim, now: Date): number {
  const age = now.getTime() - claimedAt.getTime();
  return PATIENCE.find(([until]) => age < until)?.[1] ?? DAY;
}
