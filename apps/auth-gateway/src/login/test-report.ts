import type { FlowStep } from '@rolecall/persistence';
import type { Vendor } from '@rolecall/platform/guidance';
import type { Decision, Facts } from '@rolecall/role-mapping';

/** What `/sso/test` found: the same checks as a login, and what it would have done. Shown once, to the tester alone. */
export interface TestReport {
  /** Display name. */
  readonly organization: string;
  readonly identityProvider: string;
  readonly traceId: string;
  readonly protocol: 'saml' | 'oidc';
  /** The vendor of the identity provider. */
  readonly vendor: Vendor;
  /** The code that a login would have been refused with; undefined = it would have succeeded. */
  readonly code: string | undefined;
  readonly steps: readonly FlowStep[];
  /**
   * Whether a one-time link began the test. Else what is below is absent and the steps say only what passed: the
   * organization's rules are not for each of its people, and the address of a test is no secret.
   */
  readonly detailed: boolean;
  /** With the profile fields named; undefined when the answer could not be verified. */
  readonly facts?: Facts | undefined;
  readonly decision?: Decision | undefined;
  /** The facts are the directory's, which decides for this person, and not those of the sign-in. */
  readonly decidedByDirectory?: boolean;
}

/** The report for whoever came without a link. */
export function outcomeOnly({
  facts: _facts,
  decision: _decision,
  decidedByDirectory: _by,
  ...report
}: TestReport): TestReport {
  return { ...report, detailed: false, steps: report.steps.map(({ check, passed }) => ({ check, passed })) };
}
