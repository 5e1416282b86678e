/** What ended when a user was deactivated or deleted. */
export interface OffboardingReceipt {
  /** The audit event of the deactivation or deletion names it. */
  readonly receiptId: string;
  readonly userId: string;
  /** When it was asked for. */
  readonly at: Date;
  /** Name of the directory's token; or of an administrator: `token/<id>`, `user/<id>`. */
  readonly by: string;
  readonly cause: 'deactivated' | 'deleted';
  readonly sessionsEnded: number;
  /** Sign-ins to applications by OpenID Connect whose tokens ended with the sessions. */
  readonly applicationsEnded: number;
  /** Sign-ins to applications behind a proxy that ended with the sessions. */
  readonly forwardAuthEnded: number;
  /** Identities of identity providers that stay linked (deactivated) or went with the user (deleted). */
  readonly identities: number;
  readonly grants: number;
  readonly groups: number;
  /** Sign-ins that were under way. */
  readonly signInsEnded: number;
  /** One-time links that were out: invitations, resets, recovery. */
  readonly linksEnded: number;
  readonly recoverySessionsEnded: number;
  readonly devicesForgotten: number;
  /**
   * When nothing was open any more, the commit apart that follows at once: `at` and `milliseconds` later, which PostgreSQL measured from
   * the beginning of the transaction. null = off-boarded before that was noted.
   */
  readonly effectiveAt: Date | null;
  readonly milliseconds: number | null;
}
