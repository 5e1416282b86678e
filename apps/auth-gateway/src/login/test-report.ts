import type { FlowStep } from '@rolecall/persistence';
import type { Decision, Facts } from '@rolecall/role-mapping';

/** What `/sso/test` found: the same checks as a login, and what it would have done. Shown once, to the tester alone. */
export interface TestReport {
  /** Display name. */
  readonly organization: string;
  readonly identityProvider: string;
  readonly traceId: string;
  /** The code that a login would have been refused with; undefined = it would have succeeded. */
  readonly code: string | undefined;
  readonly steps: readonly FlowStep[];
  /** With the profile fields named; undefined when the answer could not be verified. */
  readonly facts?: Facts;
  readonly decision?: Decision;
}
