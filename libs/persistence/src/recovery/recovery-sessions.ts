import type { Pool, PoolClient } from 'pg';
import { inTransaction, query } from '../sql.ts';
import { RECOVERY_LIFETIME_MS, recoveryAdminId, type RecoverySessions, type RecoveryTransaction } from '../stores.ts';
import { newOrganizationToken, readOrganizationToken } from '../tokens/organization-token.ts';
import { CHECK_RECOVERY, END_RECOVERY, LAST_SIGN_INS, OFF_BOARDED, OPEN_RECOVERY } from './statements.ts';

interface RecoveryRow {
  readonly organization: string;
  readonly address_key: string;
  readonly expires_at: Date;
  readonly admin_id: string | null;
  readonly revision: number;
  readonly place: number;
}

export function recoverySessions(pool: Pool): RecoverySessions {
  return {
    async check(presented, now) {
      const token = readOrganizationToken(presented);
      if (token === undefined) return undefined;
      const { organizationId } = token;
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<RecoveryRow>(client, CHECK_RECOVERY, [organizationId, token.hash, now]),
      );
      if (row === undefined) return undefined;
      const { organization, address_key: addressKey, expires_at: expiresAt, revision, place } = row;
      const adminId = row.admin_id ?? recoveryAdminId(revision, place);
      return { organizationId, organization, addressKey, adminId, expiresAt };
    },

    async lastSignIns(organizationId) {
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<{ identity_provider: string; at: Date }>(client, LAST_SIGN_INS, [organizationId]),
      );
      return new Map(rows.map((row) => [row.identity_provider, row.at]));
    },
  };
}

/** Within a transaction that works for the organization. */
export function recoveryTransaction(client: PoolClient, organizationId: string): RecoveryTransaction {
  return {
    async notOffBoarded(addressKeys) {
      const rows = await query<{ address_key: string }>(client, OFF_BOARDED, [organizationId, addressKeys]);
      const gone = new Set(rows.map((row) => row.address_key));
      return addressKeys.filter((key) => !gone.has(key));
    },

    async open({ addressKey, adminId }, now) {
      const { value: token, hash: tokenHash } = newOrganizationToken(organizationId);
      const expiresAt = new Date(now.getTime() + RECOVERY_LIFETIME_MS);
      await query(client, OPEN_RECOVERY, [organizationId, tokenHash, addressKey, now, expiresAt, adminId]);
      return { token, expiresAt };
    },

    end: async (tokenHash) => (await query(client, END_RECOVERY, [organizationId, tokenHash])).length > 0,
  };
}
