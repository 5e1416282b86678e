import type { Actor, AuditEvent } from '@rolecall/audit';
import type { EndedSession, SessionStore } from '../stores.ts';

/** As the statements that end sessions return it. */
export interface EndedSessionRow {
  token_hash: Buffer;
  user_id: string;
  identity_provider: string;
  name_id_format: string;
  name_id: string;
  session_index: string | null;
}

export function endedSession(row: EndedSessionRow): EndedSession {
  return {
    tokenHash: row.token_hash,
    userId: row.user_id,
    subject: { identityProvider: row.identity_provider, nameId: { value: row.name_id, format: row.name_id_format } },
    sessionIndex: row.session_index ?? undefined,
  };
}

/** Why sessions ended. `by` = the identity provider that said so. */
export interface Ending {
  readonly reason: Parameters<SessionStore['revoke']>[2] | 'single_logout';
  readonly by?: string;
  /** Default: the user for `logout`, else the system. */
  readonly actor?: Actor;
  readonly traceId?: string;
  readonly now: Date;
}

/** One event per user, with how many of the user's sessions ended. */
export function revocations(ended: readonly EndedSession[], { reason, by, actor, traceId, now }: Ending): AuditEvent[] {
  const counts = new Map<string, number>();
  for (const { userId } of ended) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  return [...counts].map(([userId, sessions]) => ({
    type: 'session.revoked',
    at: now,
    actor: actor ?? (reason === 'logout' ? { kind: 'user', id: userId } : { kind: 'system', id: 'sessions' }),
    subject: userId,
    data: { reason, sessions, ...(by === undefined ? {} : { identityProvider: by }) },
    ...(traceId === undefined ? {} : { traceId }),
  }));
}
