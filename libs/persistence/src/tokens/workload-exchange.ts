import type { Pool, PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import { appendAudit } from '../audit/append.ts';
import { DEPLOYMENT } from '../audit/deployment.ts';
import { livePlatform } from '../platform/platform-revisions.ts';
import { GIVE_BY_PLATFORM } from '../platform/statements.ts';
import { inTransaction, query } from '../sql.ts';
import type { Statement } from '../sql.ts';
import type { ExchangedToken, WorkloadTokenStore } from '../stores.ts';
import { newApiToken } from './api-token-store.ts';

/** No row comes back for one that was used. Another process that uses it at this moment is waited for. */
const USE_WORKLOAD_TOKEN: Statement = {
  name: 'tokens.use-workload-token',
  text: `
insert into used_workload_tokens (replay_key, expires_at) values ($1, $2)
on conflict (replay_key) do nothing
returning replay_key`,
};

const ADD_EXCHANGED_TOKEN: Statement = {
  name: 'tokens.add-exchanged',
  text: `
insert into api_tokens (id, name, token_hash, rights, organizations, workload, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

const PURGE_USED: Statement = {
  name: 'purge.used-workload-tokens',
  text: 'delete from used_workload_tokens where expires_at < $1',
};

const PURGE_EXCHANGED: Statement = {
  name: 'purge.workload-tokens',
  text: 'select purge_workload_tokens($1)::integer as tokens',
};

/** Tokens of jobs, exchanged: used, made and audited in one transaction, or nothing of it. */
export function workloadTokenStore(pool: Pool): WorkloadTokenStore {
  return {
    exchange(token) {
      const { id, hash, value } = newApiToken();
      return inTransaction(pool, { organizationId: DEPLOYMENT }, async (client) => {
        if (!(await stillGives(client, token.platformRevision))) return 'trust_moved';
        const used = await query(client, USE_WORKLOAD_TOKEN, [token.replayKey, token.replayableUntil]);
        if (used.length === 0) return 'replayed';
        const { name, rights, organizations = null, workload, now, expiresAt } = token;
        const values = [id, name, hash, rights, organizations, JSON.stringify(workload), now, expiresAt];
        await query(client, ADD_EXCHANGED_TOKEN, values);
        await appendAudit(client, DEPLOYMENT, [eventOf(id, token)]);
        return { id, token: value };
      });
    },
  };
}

/** Whether that revision is the live one, and stays it until the end: an apply that takes it back ends the token, or is waited for. */
async function stillGives(client: PoolClient, revision: number): Promise<boolean> {
  await query(client, GIVE_BY_PLATFORM, [revision]);
  return (await livePlatform(client))?.revision === revision;
}

/** @param before exchanged tokens that ended before this are deleted; what they did stays in the audit log. */
export async function purgeWorkloadTokens(pool: Pool, now: Date, before: Date): Promise<number> {
  await query(pool, PURGE_USED, [now]);
  const [purged] = await query<{ tokens: number }>(pool, PURGE_EXCHANGED, [before]);
  return purged?.tokens ?? 0;
}

function eventOf(id: string, token: ExchangedToken): AuditEvent {
  const { workload, rights, organizations, expiresAt, now, traceId } = token;
  return {
    type: 'token.exchanged',
    at: now,
    actor: { kind: 'system', id: 'token-exchange' },
    subject: id,
    data: {
      trust: workload.trust,
      issuer: workload.issuer,
      workload: workload.subject,
      rights,
      organizations,
      expiresAt: expiresAt.toISOString(),
    },
    traceId,
  };
}
