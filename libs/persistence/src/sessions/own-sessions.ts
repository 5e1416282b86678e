import type { Pool } from 'pg';
import { appendAudit } from '../audit/append.ts';
import { inTransaction, isUuid, query } from '../sql.ts';
import type { EndedSession, OwnSessions } from '../stores.ts';
import { endedSession, type EndedSessionRow, revocations } from './ended-sessions.ts';
import { END_OWN_SESSIONS } from './statements.ts';

/** Ends one session of a user, or all but one, as the user's own wish. */
export async function endOwnSessions(
  pool: Pool,
  organizationId: string,
  { userId, ...which }: OwnSessions,
  now: Date,
): Promise<readonly EndedSession[]> {
  if (!isUuid(userId)) return [];
  const [id, kept] = 'id' in which ? [which.id, null] : [null, which.but];
  return inTransaction(pool, { organizationId }, async (client) => {
    const rows = await query<EndedSessionRow>(client, END_OWN_SESSIONS, [organizationId, userId, id, kept]);
    const ended = rows.map(endedSession);
    await appendAudit(client, organizationId, revocations(ended, { reason: 'logout', now }));
    return ended;
  });
}
