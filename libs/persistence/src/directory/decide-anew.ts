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

/**
 * Decides the access of users anew by what their groups are now, and stores it. The transaction has locked them, so nobody decides
 * by an older state at the same time.
 * @returns the audit events of those whose access changed
 */
export async function decideAnew(
  client: PoolClient,
  organizationId: string,
  userIds: readonly string[],
  decide: DecideAccess,
  actor: DirectoryActor,
): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (let from = 0; from < userIds.length; from += BATCH) {
    const batch = userIds.slice(from, from + BATCH);
    const rows = await query<UserStateRow>(client, USER_STATES, [organizationId, batch]);
    events.push(...(await storeAccess(client, organizationId, rows, decide, actor)));
  }
  return events;
}

async function storeAccess(
  client: PoolClient,
  organizationId: string,
  rows: readonly UserStateRow[],
  decide: DecideAccess,
  actor: DirectoryActor,
): Promise<readonly AuditEvent[]> {
  const event = eventsOf(actor);
  const users = rows.map((row) => {
    const groups = row.groups.map(toGroupFacts);
    return { row, decided: decide({ userId: row.user_id, body: row.body, groups, isNew: false }) };
  });
  const [first] = users;
  if (first === undefined) return [];
  const held = users.flatMap(({ row, decided }) => (decided.access ? [heldColumns(row.user_id, decided.access)] : []));
  await query(client, STORE_ACCESS, [
    organizationId,
    first.decided.revision,
    JSON.stringify(
      users.map(({ row, decided: { facts, profile, access } }) => ({
        userId: row.user_id,
        facts,
        profile,
        decides: access !== undefined,
      })),
    ),
    JSON.stringify(held.flatMap(({ grants }) => grants)),
    JSON.stringify(held.flatMap(({ memberships }) => memberships)),
    actor.at,
  ]);
  return users.flatMap(({ row, decided }) =>
    accessEvents(event, row.user_id, { grants: row.grants, groups: row.memberships }, decided),
  );
}
