import type { Pool } from 'pg';
import { inTransaction, isUuid, query } from '../sql.ts';
import type { Statement } from '../sql.ts';

/** One user, for people who look after an organization: personal data. */
export interface ListedUser {
  readonly userId: string;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  /** Those that the user is linked with; sorted. */
  readonly identityProviders: readonly string[];
  /** Sorted by scope, role. */
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly groups: readonly string[];
}

export interface UserPage {
  /** By id: in the order in which they were made, as a rule. */
  readonly users: readonly ListedUser[];
  /** The id after which the next page begins; undefined at the end. */
  readonly nextCursor: string | undefined;
}

export interface UserList {
  /** @param after the `nextCursor` of the page before */
  page(organizationId: string, options: { readonly after?: string; readonly limit: number }): Promise<UserPage>;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** By the primary key, so that a page of a million users costs what a page of ten does. */
export const LIST_USERS: Statement = {
  name: 'users.list',
  text: `
select u.user_id as "userId", u.status, u.email, u.given_name as "givenName", u.family_name as "familyName",
  u.display_name as "displayName",
  array(select distinct i.identity_provider from identities i
     where i.org_id = $1 and i.user_id = u.user_id order by 1) as "identityProviders",
  (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role) order by g.scope, g.role), '[]')
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  array(select m.group_name from memberships m
     where m.org_id = $1 and m.user_id = u.user_id order by m.group_name) as groups
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
order by u.user_id`,
};

export function userList(pool: Pool): UserList {
  return {
    async page(organizationId, { after = BEFORE_ALL, limit }) {
      if (!isUuid(after)) return { users: [], nextCursor: undefined };
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query<ListedUser>(client, LIST_USERS, [organizationId, after, limit + 1]),
      );
      const users = rows.slice(0, limit);
      return { users, nextCursor: rows.length > limit ? users.at(-1)?.userId : undefined };
    },
  };
}
