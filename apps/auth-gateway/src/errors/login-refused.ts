import type { FlowStep } from '@rolecall/persistence';
import type { TestReport } from '../login/test-report.ts';

/**
 * A login that a check refused. `code` is stable and names the check; the user's sentence and who must act stand in the
 * catalogue (`sentences.ts`). `detail` is for the flow record only and may hold values of the message: never shown to the
 * user outside `/sso/test`, never logged.
 */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
  constructor(
    readonly code: string,
    /** The check that failed, as the flow record names it. */
    readonly check: string,
    /** For the operator: what is wrong and what to do. */
    message: string,
    readonly detail: Pick<FlowStep, 'want' | 'got'> = {},
  ) {
    super(message);
  }
}

/** A refusal that is counted, logged and, within bounds, recorded: what is left is to answer the browser. */
export class RecordedRefusal extends Error {
  override readonly name: string = 'RecordedRefusal';
  constructor(
    readonly refusal: LoginRefused,
    /** Finds the flow record; shown to the user. */
    readonly traceId: string,
    /** Present when the login was a test: its page shows more than a sentence. */
    readonly report?: TestReport,
    /** A path of ours where the user can start anew, when it is another than the sign-in page. */
    readonly startAt?: string,
    /** A path of ours where the organization's recovery admins can mend what is wrong. */
    readonly repairAt?: string,
  ) {
    super(refusal.message, { cause: refusal });
  }
}

/** A recorded refusal of a logout message: the page speaks of signing out. */
export class RecordedLogoutRefusal extends RecordedRefusal {
  override readonly name = 'RecordedLogoutRefusal';
}
