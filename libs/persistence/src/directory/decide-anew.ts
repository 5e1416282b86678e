import type { AuditEvent } from '@rolecall/audit';
import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { DecideAccess, DirectoryActor } from '../stores.ts';
import { heldColumns } from './columns.ts';
import { accessEvents, eventsOf } from './events.ts';
import { toGroupFacts } from './rows.ts';
import type { UserStateRow } from './rows.ts';
import { STORE_ACCESS, USER_STATES } from './statements.ts';

/** Users whose bodies and facts are in memory at one time. */
const BATCH = 1_000;

/** Revision, users, grants and memberships as the SQL functions take them. */
type AccessColumns = readonly [revision: number, users: string, grants: string, memberships: string];

export interface DecidedAnew {
  /** Of the last users; the caller stores it along with what it writes last. */
  readonly last: AccessColumns;
  /** Of all users whose access changed. */
  readonly events: readonly AuditEvent[];
  /** Users who held `sso_admin` and shall not any more. */
  readonly losing: readonly string[];
}

/**
 * Decides the access of users anew by what their groups are now. The transaction has locked them, so nobody decides by an older
 * state at the same time.
 */
export async function decideAnew(
  client: PoolClient,
  organizationId: string,
  userIds: readonly string[],
  decide: DecideAccess,
  actor: DirectoryActor,
): Promise<DecidedAnew> {
  const events: AuditEvent[] = [];
  const losing: string[] = [];
  let last: AccessColumns = [0, '[]', '[]', '[]'];
  for (let from = 0; from < userIds.length; from += BATCH) {
    if (from > 0) await query(client, STORE_ACCESS, [organizationId, ...last, actor.at]);
    const batch = userIds.slice(from, from + BATCH);
    const rows = await query<UserStateRow>(client, USER_STATES, [organizationId, batch]);
    const decided = decideBatch(rows, decide, actor);
    last = decided.last;
    events.push(...decided.events);
    losing.push(...decided.losing);
  }
  return { last, events, losing };
}

function decideBatch(rows: readonly UserStateRow[], decide: DecideAccess, actor: DirectoryActor): DecidedAnew {
  const event = eventsOf(actor);
  const users = rows.map((row) => {
    const groups = row.groups.map(toGroupFacts);
    return { row, decided: decide({ userId: row.user_id, body: row.body, groups, isNew: false }) };
  });
  const columns = users.map(({ row, decided: { facts, profile, access } }) => ({
    userId: row.user_id,
    facts,
    profile,
    decides: access !== undefined,
  }));
  const held = users.flatMap(({ row, decided }) => (decided.access ? [heldColumns(row.user_id, decided.access)] : []));
  const losing = users.filter(
    ({ row, decided: { access } }) => access !== undefined && hasSsoAdmin(row.grants) && !hasSsoAdmin(access.grants),
  );
  const grants = held.flatMap((each) => each.grants);
  const memberships = held.flatMap((each) => each.memberships);
  return {
    last: [
      users[0]?.decided.revision ?? 0,
      JSON.stringify(columns),
      JSON.stringify(grants),
      JSON.stringify(memberships),
    ],
    events: users.flatMap(({ row, decided }) =>
      accessEvents(event, row.user_id, { grants: row.grants, groups: row.memberships }, decided),
    ),
    losing: losing.map(({ row }) => row.user_id),
  };
}

function hasSsoAdmin(grants: readonly { readonly role: string }[]): boolean {
  return grants.some(({ role }) => role === 'sso_admin');
}
