import type { Pool } from 'pg';
import { appendAudit } from '../audit/append.ts';
import { inTransaction, query } from '../sql.ts';
import type { Announcement, SessionStore, SessionView } from '../stores.ts';
import { endedSession, type EndedSessionRow, revocations } from './ended-sessions.ts';
import { endOwnSessions } from './own-sessions.ts';
import { ANNOUNCEMENT, CHECK_SESSION, REVOKE_SESSIONS } from './statements.ts';

/** As `session_check` makes it. */
export interface CheckedSession {
  readonly organization: string;
  readonly userId: string;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly identityProvider: string;
  readonly grants: Record<string, string[]>;
  readonly groups: string[];
  readonly expiresAt: string;
}

export function sessionView(organizationId: string, checked: CheckedSession): SessionView {
  const { organization, userId, email, displayName, identityProvider, grants, groups, expiresAt } = checked;
  return {
    organizationId,
    organization,
    user: { id: userId, email: email ?? undefined, displayName: displayName ?? undefined },
    identityProvider,
    grants,
    groups,
    expiresAt: new Date(expiresAt),
  };
}

/** Sessions by organization and SHA-256 of the cookie's secret. */
export function sessionStore(pool: Pool): SessionStore {
  return {
    async check(organizationId, tokenHash, now) {
      const values = [organizationId, tokenHash, now];
      const [row] = await query<{ session: CheckedSession | null }>(pool, CHECK_SESSION, values);
      return row?.session ? sessionView(organizationId, row.session) : undefined;
    },

    async announcement(organizationId, tokenHash, now) {
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<{ announcement: Announcement | null }>(client, ANNOUNCEMENT, [organizationId, tokenHash, now]),
      );
      return row?.announcement ?? undefined;
    },

    endOwn: (organizationId, which, now) => endOwnSessions(pool, organizationId, which, now),

    async revoke(organizationId, by, reason, now) {
      const tokenHash = by !== 'all' && 'tokenHash' in by ? by.tokenHash : null;
      const userId = by !== 'all' && 'userId' in by ? by.userId : null;
      return inTransaction(pool, { organizationId }, async (client) => {
        const rows = await query<EndedSessionRow>(client, REVOKE_SESSIONS, [organizationId, tokenHash, userId]);
        const ended = rows.map(endedSession);
        await appendAudit(client, organizationId, revocations(ended, { reason, now }));
        return ended;
      });
    },
  };
}
