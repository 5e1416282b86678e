import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { isUuid, query } from '../sql.ts';
import type { AdministeredUsers, Edit, EditableUser, UserRole } from '../stores.ts';
import { holdRevision } from './hold-revision.ts';
import {
  DOMAINS_OF_OTHERS,
  EDITABLE_USERS,
  GRANT_ROLES,
  HOLD_ADDRESSES,
  INVITE_USERS,
  JOIN_GROUPS,
  LEAVE_GROUP,
  LOCK_USERS_BY_ADDRESS,
  REVOKE_ROLES,
} from './editing-statements.ts';
import { IS_LAST_SSO_ADMIN, LOCK_USER } from './offboarding-statements.ts';

/** Within a transaction that works for the organization. Locks are taken in one order: organization, users by id, counters, audit head. */
export function administeredUsers(client: PoolClient, organizationId: string): AdministeredUsers {
  const editable = (userIds: readonly string[]) =>
    query<EditableUser & Record<string, unknown>>(client, EDITABLE_USERS, [organizationId, userIds]);
  const grant = async (roles: readonly UserRole[], { source, revision, now }: Edit) => {
    if (roles.length === 0) return 0;
    const values = [organizationId, JSON.stringify(roles), JSON.stringify(source), revision, now];
    return (await query(client, GRANT_ROLES, values)).length;
  };
  const join = async (joined: readonly { userId: string; group: string }[], { source, revision, now }: Edit) => {
    if (joined.length === 0) return 0;
    const values = [organizationId, JSON.stringify(joined), JSON.stringify(source), revision, now];
    return (await query(client, JOIN_GROUPS, values)).length;
  };
  return {
    grant,

    hold: (revision) => holdRevision(client, organizationId, revision),

    async lock(userId) {
      if (!isUuid(userId)) return undefined;
      if ((await query(client, LOCK_USER, [organizationId, userId])).length === 0) return undefined;
      return (await editable([userId]))[0];
    },

    async lockByAddress(emails) {
      const locked = await query<{ userId: string }>(client, LOCK_USERS_BY_ADDRESS, [organizationId, emails]);
      return locked.length === 0 ? [] : editable(locked.map(({ userId }) => userId));
    },

    async domainsOfOthers(domains) {
      const rows = await query<{ domain: string }>(client, DOMAINS_OF_OTHERS, [organizationId, domains]);
      return new Set(rows.map(({ domain }) => domain));
    },

    async revoke(roles) {
      if (roles.length === 0) return 0;
      return (await query(client, REVOKE_ROLES, [organizationId, JSON.stringify(roles)])).length;
    },

    async join(userId, group, edit) {
      return (await join([{ userId, group }], edit)) > 0;
    },

    async leave(userId, group) {
      return (await query(client, LEAVE_GROUP, [organizationId, userId, group])).length > 0;
    },

    async isLastSsoAdmin(userIds, now) {
      const values = [organizationId, userIds, now];
      return (await query<{ last: boolean }>(client, IS_LAST_SSO_ADMIN, values))[0]?.last === true;
    },

    async invite(users, edit) {
      if (users.length === 0) return [];
      await query(client, HOLD_ADDRESSES, [organizationId]);
      const wanted = users.map((user) => ({ ...user, userId: uuidv7() }));
      const rows = wanted.map(({ userId, email, displayName }) => ({ userId, email, displayName }));
      const values = [organizationId, JSON.stringify(rows), edit.now];
      const made = new Set((await query<{ userId: string }>(client, INVITE_USERS, values)).map(({ userId }) => userId));
      const invited = wanted.filter(({ userId }) => made.has(userId));
      const roles = invited.flatMap(({ userId, grants }) => grants.map(({ scope, role }) => ({ userId, scope, role })));
      await grant(roles, edit);
      const joined = invited.flatMap(({ userId, groups }) => groups.map((group) => ({ userId, group })));
      await join(joined, edit);
      return wanted.map(({ userId }) => (made.has(userId) ? userId : undefined));
    },
  };
}
