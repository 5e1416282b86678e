import type { AuditEvent } from '@rolecall/audit';

/** A user took an account of their own away. */
export function identityUnlinked(by: {
  readonly userId: string;
  readonly identityProvider: string;
  /** That it had opened. */
  readonly sessions: number;
  readonly now: Date;
  readonly traceId: string;
}): AuditEvent {
  const { userId, identityProvider, sessions, now, traceId } = by;
  return {
    type: 'identity.unlinked',
    at: now,
    actor: { kind: 'user', id: userId },
    subject: userId,
    data: { identityProvider, sessions },
    traceId,
  };
}
