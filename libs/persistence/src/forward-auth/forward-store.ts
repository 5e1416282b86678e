import type { Pool } from 'pg';
import { type CheckedSession, sessionView } from '../sessions/session-store.ts';
import { inTransaction, query } from '../sql.ts';
import type { ForwardStore } from '../stores.ts';
import {
  BEGIN_HANDLE,
  CHECK_AT_ORIGIN,
  CHECK_FORWARD,
  KEEP_LATEST,
  ORIGIN_USES,
  SESSION_OF,
  TAKE_HANDLE,
} from './statements.ts';

/** Applications behind a proxy, by origin and SHA-256 of the cookie's secret. */
export function forwardStore(pool: Pool): ForwardStore {
  const checked = async (statement: typeof CHECK_FORWARD, organizationId: string, values: readonly unknown[]) => {
    const [row] = await query<{ session: CheckedSession | null }>(pool, statement, [organizationId, ...values]);
    return row?.session ? sessionView(organizationId, row.session) : undefined;
  };
  return {
    check: (organizationId, tokenHash, origin, now) => checked(CHECK_FORWARD, organizationId, [tokenHash, origin, now]),

    checkSession: (organizationId, sessionHash, origin, now) =>
      checked(CHECK_AT_ORIGIN, organizationId, [sessionHash, origin, now]),

    async usesOf(origin, organizationId) {
      const found = await query<{ organizations: string[]; application: string | null }>(pool, ORIGIN_USES, [
        origin,
        organizationId ?? null,
      ]);
      const { organizations = [], application = null } = found[0] ?? {};
      const [only, another] = organizations;
      return {
        declared: only !== undefined,
        only: another === undefined ? only : undefined,
        application: application ?? undefined,
      };
    },

    begin: ({ organizationId, sessionHash, handleHash, origin, flowHash, now, expiresAt }) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, sessionHash, handleHash, origin, flowHash, now, expiresAt];
        return (await query(client, BEGIN_HANDLE, values)).length > 0;
      }),

    take: ({ organizationId, handleHash, flowHash, origin, tokenHash, now }) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, handleHash, flowHash, origin, tokenHash, now];
        const [taken] = await query<{ expires_at: Date; session_token_hash: Buffer }>(client, TAKE_HANDLE, values);
        if (taken) await query(client, KEEP_LATEST, [organizationId, taken.session_token_hash, origin]);
        return taken?.expires_at;
      }),

    sessionOf: (organizationId, tokenHash, origin) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, tokenHash, origin];
        return (await query<{ session_token_hash: Buffer }>(client, SESSION_OF, values))[0]?.session_token_hash;
      }),
  };
}
