import type { Pool, PoolClient } from 'pg';
import { appendAudit } from '../audit/append.ts';
import { inTransaction, query } from '../sql.ts';
import type { CheckedDomain, DomainClaim, DomainClaims, DomainError, DomainVerification } from '../stores.ts';
import * as sql from './statements.ts';

interface ClaimRow {
  domain: string;
  verification: DomainVerification;
  token: string;
  claimed_at: Date;
  verified_at: Date | null;
  checked_at: Date | null;
  failing_since: Date | null;
  error: DomainError | null;
}

/** Claims of e-mail domains, and the one way in which a proved one becomes a route. */
export function domainClaims(pool: Pool): DomainClaims {
  return {
    list: (organizationId) =>
      inTransaction(pool, { organizationId }, async (client) =>
        (await query<ClaimRow>(client, sql.LIST_CLAIMS, [organizationId])).map(toClaim),
      ),

    find: (organizationId, domain) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const [row] = await query<ClaimRow>(client, sql.FIND_CLAIM, [organizationId, domain]);
        return row && toClaim(row);
      }),

    async takeDue({ now, leasedUntil, limit }) {
      const rows = await query<{ org_id: string; domain: string }>(pool, sql.TAKE_DUE, [now, leasedUntil, limit]);
      return rows.map(({ org_id: organizationId, domain }) => ({ organizationId, domain }));
    },

    record: ({ organizationId, domain, token, actor, now }, judge) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const [row] = await query<ClaimRow>(client, sql.LOCK_CLAIM, [organizationId, domain, token]);
        if (row === undefined) return undefined;
        const claim = toClaim(row);
        const checked = await routed(client, organizationId, claim, judge);
        const { verifiedAt, failingSince, error, dueAt, event } = checked;
        const changed = (verifiedAt === undefined) !== (claim.verifiedAt === undefined);
        const values = [now, verifiedAt ?? null, failingSince ?? null, error ?? null, dueAt, changed];
        await query(client, sql.RECORD_CHECK, [organizationId, domain, ...values]);
        const events = event === undefined ? [] : [{ type: event, at: now, actor, subject: domain, data: { error } }];
        await appendAudit(client, organizationId, events);
        return { ...claim, verifiedAt, failingSince, error, checkedAt: now };
      }),
  };
}

/** Makes the route what the judgement says. Another organization may take the domain at this very moment: then it is theirs. */
async function routed(
  client: PoolClient,
  organizationId: string,
  claim: DomainClaim,
  judge: (claim: DomainClaim, isFree: boolean) => CheckedDomain,
): Promise<CheckedDomain> {
  const at = [organizationId, claim.domain];
  const [found] = await query<{ is_free: boolean }>(client, sql.IS_FREE, at);
  const checked = judge(claim, found?.is_free === true);
  if (claim.verification === 'asserted') return checked;
  if (checked.verifiedAt === undefined) {
    await query(client, sql.END_ROUTE, at);
    return checked;
  }
  const taken = await query(client, sql.TAKE_ROUTE, at);
  return taken.length > 0 ? checked : judge({ ...claim, verifiedAt: undefined }, false);
}

function toClaim(row: ClaimRow): DomainClaim {
  const { domain, verification, token } = row;
  return {
    domain,
    verification,
    token,
    claimedAt: row.claimed_at,
    verifiedAt: row.verified_at ?? undefined,
    checkedAt: row.checked_at ?? undefined,
    failingSince: row.failing_since ?? undefined,
    error: row.error ?? undefined,
  };
}
