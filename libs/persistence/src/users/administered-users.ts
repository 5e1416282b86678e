import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { isUuid, query } from '../sql.ts';
import type { AdministeredUsers, Edit, EditableUser, Role } from '../stores.ts';
import { holdRevision } from './hold-revision.ts';
import {
  EDITABLE_USER,
  GRANT_ROLES,
  HOLD_ADDRESSES,
  INVITE_USER,
  IS_LAST_SSO_ADMIN,
  JOIN_GROUPS,
  LOCK_USER,
  REVOKE_ROLE,
  USERS_BY_ADDRESS,
} from './statements.ts';

/** Within a transaction that works for the organization. Locks are taken in one order: organization, user, counters, audit head. */
export function administeredUsers(client: PoolClient, organizationId: string): AdministeredUsers {
  const giveRoles = async (userId: string, roles: readonly Role[], { source, revision, now }: Edit) => {
    const values = [organizationId, userId, JSON.stringify(roles), JSON.stringify(source), revision, now];
    return (await query(client, GRANT_ROLES, values)).length;
  };
  return {
    hold: (revision) => holdRevision(client, organizationId, revision),

    async lock(userId) {
      if (!isUuid(userId)) return undefined;
      const key = [organizationId, userId];
      if ((await query(client, LOCK_USER, key)).length === 0) return undefined;
      return (await query<EditableUser & Record<string, unknown>>(client, EDITABLE_USER, key))[0];
    },

    async byAddress(email) {
      const rows = await query<{ user_id: string }>(client, USERS_BY_ADDRESS, [organizationId, email]);
      return rows.map((row) => row.user_id);
    },

    async grant(userId, role, edit) {
      return (await giveRoles(userId, [role], edit)) > 0;
    },

    async revoke(userId, { scope, role }) {
      return (await query(client, REVOKE_ROLE, [organizationId, userId, scope, role])).length > 0;
    },

    async isLastSsoAdmin(userId, now) {
      const values = [organizationId, userId, now];
      return (await query<{ last: boolean }>(client, IS_LAST_SSO_ADMIN, values))[0]?.last === true;
    },

    async invite({ email, displayName, grants, groups }, edit) {
      await query(client, HOLD_ADDRESSES, [organizationId]);
      const userId = uuidv7();
      const values = [organizationId, userId, email, displayName ?? null, edit.now];
      if ((await query(client, INVITE_USER, values)).length === 0) return undefined;
      if (grants.length > 0) await giveRoles(userId, grants, edit);
      const joined = [organizationId, userId, groups, JSON.stringify(edit.source), edit.revision, edit.now];
      if (groups.length > 0) await query(client, JOIN_GROUPS, joined);
      return userId;
    },
  };
}
