import type { Pool } from 'pg';
import { inTransaction, isUuid, query } from '../sql.ts';
import type { FormerGrant, ListedSession, ListedUser, UserDetail, UserStore } from '../stores.ts';
import { toReceipt } from '../directory/rows.ts';
import type { ReceiptRow } from '../directory/rows.ts';
import { deactivate, endSessions, reactivate, remove } from './offboarding.ts';
import { listUsersBy } from './list-statements.ts';
import {
  FIND_USER,
  GRANTS_OF_USER,
  GROUPS_OF_USER,
  HELD_AT,
  RECEIPT,
  RECEIPTS_OF_USER,
  IDENTITIES_OF_USER,
  SESSIONS_OF_USER,
} from './statements.ts';

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export function userStore(pool: Pool): UserStore {
  return {
    async page(organizationId, { after = BEFORE_ALL, limit, ...filter }) {
      if (!isUuid(after)) return { users: [], nextCursor: undefined };
      const { statement, values } = listUsersBy(filter);
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<ListedUser>(client, statement, [organizationId, after, limit + 1, ...values]),
      );
      const users = rows.slice(0, limit);
      return { users, nextCursor: rows.length > limit ? users.at(-1)?.userId : undefined };
    },

    async find(organizationId, userId, now) {
      if (!isUuid(userId)) return undefined;
      return inTransaction(pool, { organizationId, consistent: true }, async (client) => {
        const key = [organizationId, userId];
        const [user] = await query<UserDetail>(client, FIND_USER, [...key, now]);
        if (user === undefined) return undefined;
        const identities = await query<UserDetail['identities'][number]>(client, IDENTITIES_OF_USER, key);
        const grants = await query<UserDetail['grants'][number]>(client, GRANTS_OF_USER, key);
        const groups = await query<UserDetail['groups'][number]>(client, GROUPS_OF_USER, key);
        return { ...user, identities, grants, groups };
      });
    },

    async heldAt(organizationId, userId, at) {
      if (!isUuid(userId)) return undefined;
      return inTransaction(pool, { organizationId, consistent: true }, async (client) => {
        const values = [organizationId, userId, at];
        const [user] = await query<UserDetail>(client, FIND_USER, values);
        return user && query<FormerGrant & Record<string, unknown>>(client, HELD_AT, values);
      });
    },

    async sessions(organizationId, userId, now) {
      if (!isUuid(userId)) return undefined;
      return inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, userId, now];
        const [user] = await query<UserDetail>(client, FIND_USER, values);
        return user && query<ListedSession & Record<string, unknown>>(client, SESSIONS_OF_USER, values);
      });
    },

    async receiptsOf(organizationId, userId) {
      if (!isUuid(userId)) return [];
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<ReceiptRow & Record<string, unknown>>(client, RECEIPTS_OF_USER, [organizationId, userId]),
      );
      return rows.map(toReceipt);
    },

    async receipt(organizationId, receiptId) {
      if (!isUuid(receiptId)) return undefined;
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<ReceiptRow & Record<string, unknown>>(client, RECEIPT, [organizationId, receiptId]),
      );
      return row && toReceipt(row);
    },

    endSessions: (organizationId, userId, by) => endSessions(pool, { organizationId, userId }, by),
    deactivate: (organizationId, userId, by, how) => deactivate(pool, { organizationId, userId }, by, how),
    reactivate: (organizationId, userId, by, how) => reactivate(pool, { organizationId, userId }, by, how),
    remove: (organizationId, userId, by, how) => remove(pool, { organizationId, userId }, by, how),
  };
}
