import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { appendAudit } from '../audit/append.ts';
import { endedSession, type EndedSessionRow, revocations } from '../sessions/ended-sessions.ts';
import { inTransaction, query } from '../sql.ts';
import type { LogoutStore } from '../stores.ts';
import { ANSWER_LOGOUT, BEGIN_LOGOUT, END_IDP_SESSIONS, TAKE_LOGOUT, USE_LOGOUT_MESSAGE } from './statements.ts';

interface LogoutRow {
  browser_hash: Buffer;
  everywhere: boolean | null;
  expires_at: Date;
}

/** Single logout: sign-outs that wait for an identity provider, and sessions that one has ended. */
export function logoutStore(pool: Pool): LogoutStore {
  return {
    async begin({ organizationId, requestId, identityProvider, browserHash, stateHash, expiresAt }) {
      const values = [organizationId, requestId, identityProvider, browserHash, stateHash, expiresAt];
      await inTransaction(pool, { organizationId }, (client) => query(client, BEGIN_LOGOUT, values));
    },

    async answer({ organizationId, requestId, identityProvider, everywhere, stateHash, now }) {
      const values = [organizationId, requestId, identityProvider, everywhere, stateHash, now];
      const rows = await inTransaction(pool, { organizationId }, (client) => query(client, ANSWER_LOGOUT, values));
      return rows.length > 0;
    },

    async take({ organizationId, stateHash, browserHash, now }) {
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<LogoutRow>(client, TAKE_LOGOUT, [organizationId, stateHash]),
      );
      if (row === undefined || row.expires_at <= now || row.everywhere === false) return 'here';
      const sameBrowser =
        row.browser_hash.length === browserHash.length && timingSafeEqual(row.browser_hash, browserHash);
      if (!sameBrowser) return 'here';
      return row.everywhere === true ? 'everywhere' : 'asked';
    },

    endSessions({
      organizationId,
      identityProvider,
      messageId,
      replayableUntil,
      nameId,
      sessionIndexes,
      traceId,
      now,
    }) {
      return inTransaction(pool, { organizationId }, async (client) => {
        const used = [organizationId, identityProvider, messageId, replayableUntil];
        if ((await query(client, USE_LOGOUT_MESSAGE, used)).length === 0) return 'replayed';
        const whose = [organizationId, identityProvider, nameId?.value, nameId?.format, sessionIndexes];
        const ended = (await query<EndedSessionRow>(client, END_IDP_SESSIONS, whose)).map(endedSession);
        const why = { reason: 'single_logout', by: identityProvider, traceId, now } as const;
        await appendAudit(client, organizationId, revocations(ended, why));
        return ended;
      });
    },
  };
}
