import type { VerifiedAssertion } from './assertion.ts';

/** Why a verified assertion may still not be used: nobody asked for it (any more), or it was used before. */
export type Acceptance = 'accepted' | 'unknown_request' | 'replayed_assertion';

/**
 * The one-time side of a login (rule G7; Core 1.3.4, Profiles 4.1.4.5): consumes the pending AuthnRequest that the
 * assertion answers and remembers the assertion's id until `replayableUntil`, both keyed by connection and both or
 * neither, also when two copies arrive at two processes at once. An unsolicited assertion consumes no request, and its id is
 * remembered all the same. An assertion that was used is `replayed_assertion`, whatever it answers; when two copies race,
 * the loser may be told either. One contract suite runs on memory and on PostgreSQL.
 */
export interface OneTimeStore {
  accept(assertion: VerifiedAssertion, now: Date): Promise<Acceptance>;
}
