import type { Pool } from 'pg';
import { PersistenceError } from '../errors.ts';
import { inTransaction, query } from '../sql.ts';
import type { DirectoryStore } from '../stores.ts';
import { storedUser } from './columns.ts';
import { creations } from './create-user.ts';
import { deactivations } from './deactivate-user.ts';
import { directoryGroups } from './groups.ts';
import { directorySearch } from './search/directory-search.ts';
import { deleteUser, holds, receipts } from './offboarding.ts';
import { userStates } from './read-user.ts';
import { replacements } from './replace-user.ts';
import { isResourceId } from './ids.ts';
import { DIRECTORY_COUNTS } from './statements.ts';
import { turns } from './turns.ts';

/**
 * Connections that writes of one organization may hold. They wait for one another's locks (a group, a user, the counters) and hold a
 * connection meanwhile, so that more of them would be no faster and would leave others none.
 */
const MOST_WRITES_AT_ONCE = 4;
/** A whole burst that the server's limit of a directory lets through. */
const MOST_WRITES_WAITING = 100;

/**
 * The directory of every organization; ids that are no UUID are those of nobody.
 * @param forget - told of an organization whose rules were replaced since the caller read them
 */
export function directoryStore(pool: Pool, forget: (organizationId: string) => void): DirectoryStore {
  const inTurn = turns(MOST_WRITES_AT_ONCE, MOST_WRITES_WAITING);
  const forgetting = <T>(organizationId: string, done: Promise<T>): Promise<T> =>
    done.catch((error: unknown) => {
      if (error instanceof PersistenceError && error.code === 'stale_revision') forget(organizationId);
      throw error;
    });
  const decided = async <T>(organizationId: string, work: () => Promise<T>): Promise<T> =>
    forgetting(organizationId, inTurn(organizationId, work));
  const create = creations(pool, inTurn);
  const readState = userStates(pool);
  const replace = replacements(pool, inTurn);
  const deactivate = deactivations(pool, inTurn);
  const groups = directoryGroups(pool);
  return {
    userState: async (organizationId, userId) => (isResourceId(userId) ? readState(organizationId, userId) : undefined),
    createUser: (organizationId, body, how, decide, actor) =>
      forgetting(organizationId, create({ organizationId, body: storedUser(body), how, decide, actor })),
    replaceUser: (organizationId, was, body, how, decide, actor) =>
      forgetting(organizationId, replace({ organizationId, was, body, how, decide, actor })),
    async deactivateUser(organizationId, userId, revision, how, actor) {
      if (!isResourceId(userId)) return { outcome: 'unknown' };
      return forgetting(organizationId, deactivate({ organizationId, userId, revision, how, actor }));
    },
    async deleteUser(organizationId, userId, expectedVersion, { brake }, actor) {
      if (!isResourceId(userId)) return { outcome: 'unknown' };
      return inTurn(organizationId, () => deleteUser(pool, organizationId, { userId, expectedVersion }, brake, actor));
    },
    ...directorySearch(pool),
    groupById: groups.groupById,
    createGroup: (organizationId, ...group) =>
      decided(organizationId, () => groups.createGroup(organizationId, ...group)),
    changeGroup: (organizationId, ...change) =>
      decided(organizationId, () => groups.changeGroup(organizationId, ...change)),
    deleteGroup: (organizationId, ...group) =>
      decided(organizationId, () => groups.deleteGroup(organizationId, ...group)),
    counts: (organizationId) =>
      inTransaction(pool, { organizationId }, async (client) => {
        type Row = { users: number; active_users: number; groups: number };
        const [row] = await query<Row>(client, DIRECTORY_COUNTS, [organizationId]);
        return { users: row?.users ?? 0, activeUsers: row?.active_users ?? 0, groups: row?.groups ?? 0 };
      }),
    receipts: receipts(pool),
    ...holds(pool),
  };
}
