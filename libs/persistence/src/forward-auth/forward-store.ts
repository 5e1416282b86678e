import type { AuditEvent } from '@rolecall/audit';
import type { Pool } from 'pg';
import { appendAudit } from '../audit/append.ts';
import { type CheckedSession, sessionView } from '../sessions/session-store.ts';
import { inTransaction, query } from '../sql.ts';
import type { ForwardStore } from '../stores.ts';
import {
  BEGIN_HANDLE,
  CHECK_FORWARD,
  FORGET_HANDLES,
  HOLD_SESSION,
  KEEP_LATEST,
  ORIGIN_USES,
  SESSION_OF,
  TAKE_HANDLE,
} from './statements.ts';

interface TakenHandle {
  readonly good: boolean;
  readonly user_id: string;
  readonly application: string;
  readonly expires_at: Date;
  readonly session_token_hash: Buffer;
}

function opened({ user_id: userId, application }: TakenHandle, at: Date, traceId: string): AuditEvent {
  return {
    type: 'application.signed_in',
    at,
    actor: { kind: 'user', id: userId },
    subject: userId,
    data: { application },
    traceId,
  };
}

/** Applications behind a proxy, by origin and SHA-256 of the cookie's secret. */
export function forwardStore(pool: Pool): ForwardStore {
  return {
    async check(organizationId, tokenHash, origin, now) {
      const values = [organizationId, tokenHash, origin, now];
      const [row] = await query<{ session: CheckedSession | null }>(pool, CHECK_FORWARD, values);
      return row?.session ? sessionView(organizationId, row.session) : undefined;
    },

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
        const begun = (await query(client, BEGIN_HANDLE, values)).length > 0;
        if (begun) await query(client, FORGET_HANDLES, [organizationId, sessionHash, now]);
        return begun;
      }),

    take: ({ organizationId, handleHash, flowHash, origin, tokenHash, now, traceId }) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, handleHash, flowHash, origin, tokenHash, now];
        await query(client, HOLD_SESSION, [organizationId, handleHash]);
        const [taken] = await query<TakenHandle>(client, TAKE_HANDLE, values);
        if (!taken?.good) return undefined;
        await query(client, KEEP_LATEST, [organizationId, taken.session_token_hash, origin]);
        await appendAudit(client, organizationId, [opened(taken, now, traceId)]);
        return taken.expires_at;
      }),

    sessionOf: (organizationId, tokenHash, origin) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, tokenHash, origin];
        return (await query<{ session_token_hash: Buffer }>(client, SESSION_OF, values))[0]?.session_token_hash;
      }),
  };
}
