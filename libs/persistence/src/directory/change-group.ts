import type { AuditEvent } from '@rolecall/audit';
import type { Pool, PoolClient } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { inTransaction, query } from '../sql.ts';
import type { DecideAccess, DirectoryActor, GroupHow, MemberChanges } from '../stores.ts';
import { changeMembers, isOfFewMembers } from './change-members.ts';
import { groupColumns } from './columns.ts';
import { decideAnew } from './decide-anew.ts';
import type { DecidedAnew } from './decide-anew.ts';
import { changedAttributes, eventColumns, eventsOf } from './events.ts';
import { isResourceId, orNobody, unknownIds } from './ids.ts';
import { brakeColumns, TakesLastSsoAdmin } from './offboarding.ts';
import { CHANGE_GROUP, FINISH_GROUP, GROUP_TAKES_LAST } from './statements.ts';

/** One change of one group. */
export interface GroupChange {
  readonly organizationId: string;
  readonly kind: 'create' | 'change' | 'delete';
  readonly groupId: string;
  readonly expectedVersion: number | undefined;
  /** As it is stored; undefined = the group's own attributes stay. */
  readonly body: ResourceBody | undefined;
  readonly members: MemberChanges;
  readonly how: GroupHow;
  readonly decide: DecideAccess;
  readonly actor: DirectoryActor;
}

export interface GroupRow {
  readonly body: ResourceBody;
  readonly version: number;
  readonly created_at: string;
  readonly modified_at: string;
}

interface ChangeRow {
  readonly outcome: 'written' | 'unchanged' | 'unknown' | 'changed_meanwhile' | 'conflict' | 'unknown_members';
  /** null for a new group. */
  readonly was: GroupRow | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Ids that the directory does not know. */
  readonly unknown: readonly string[];
  readonly touched: readonly string[];
  /** Groups that lost a former name to this one. */
  readonly took_from: readonly string[];
}

/** The change as it was made; `version` is the group's new one, undefined when there is none. */
export type ChangedGroup = ChangeRow & { readonly version: number | undefined };

const DELTA = { create: 1, change: 0, delete: -1 } as const;

/**
 * Writes a change of a group, decides the access of exactly those users anew whom it touches, and nothing of it stays when any of it
 * fails. The work grows with the change, not with the group, save for a rename or a deletion, which touch every member. A few members
 * come and go in two statements; when others are faster, and for all else, users are locked first. Throws TakesLastSsoAdmin.
 */
export async function changeGroup(pool: Pool, change: GroupChange): Promise<ChangedGroup> {
  const changed = isOfFewMembers(change) ? await changeMembers(pool, change) : undefined;
  return changed ?? changeLocked(pool, change);
}

/** In one transaction that locks the users whom the change touches. */
function changeLocked(pool: Pool, change: GroupChange): Promise<ChangedGroup> {
  const { organizationId, decide, actor } = change;
  return inTransaction(pool, { organizationId }, async (client) => {
    const row = await writeGroup(client, change);
    if (row.outcome !== 'written') return { ...row, version: row.was?.version };
    const access = await decideAnew(client, organizationId, row.touched, decide, actor);
    await keepLastSsoAdmin(client, change, access.losing);
    const version = await finish(client, change, row, access);
    return { ...row, version };
  });
}

/** A group that is renamed or emptied by mistake must not lock its organization out. */
async function keepLastSsoAdmin(client: PoolClient, change: GroupChange, losing: readonly string[]): Promise<void> {
  if (losing.length === 0) return;
  const brake = JSON.stringify(brakeColumns(undefined));
  const values = [change.organizationId, change.groupId, losing, brake, change.actor.at];
  const [row] = await query<{ user_id: string | null }>(client, GROUP_TAKES_LAST, values);
  if (row?.user_id) throw new TakesLastSsoAdmin(row.user_id);
}

async function writeGroup(client: PoolClient, change: GroupChange): Promise<ChangeRow> {
  const { kind, groupId, body, how } = change;
  const { replace, add = [], remove = [] } = change.members;
  const [row] = await query<ChangeRow>(client, CHANGE_GROUP, [
    change.organizationId,
    kind,
    groupId,
    change.expectedVersion,
    body && JSON.stringify(groupColumns(groupId, body)),
    replace?.map(orNobody),
    add.map(orNobody),
    remove.filter(isResourceId),
    how.uniqueNames,
    how.unknownMembers === 'refuse',
    change.actor.at,
  ]);
  if (row === undefined) throw new Error('directory_change_group returned nothing');
  return { ...row, unknown: unknownIds([...(replace ?? []), ...add], row.unknown) };
}

function groupEvents({ kind, groupId, body, actor }: GroupChange, row: ChangeRow): readonly AuditEvent[] {
  const event = eventsOf(actor);
  const { added, removed } = row;
  const lost = row.took_from.map((id) => event('group.name_lost', id, { to: groupId }));
  if (kind === 'create') return [event('group.created', groupId, { added }), ...lost];
  if (kind === 'delete') return [event('group.deleted', groupId, { removed })];
  const fields = row.was && body ? changedAttributes(row.was.body, body) : [];
  return [event('group.changed', groupId, { fields, added, removed }), ...lost];
}

async function finish(
  client: PoolClient,
  change: GroupChange,
  row: ChangeRow,
  access: DecidedAnew,
): Promise<number | undefined> {
  const { organizationId, kind, groupId, actor } = change;
  const [finished] = await query<{ version: string | null }>(client, FINISH_GROUP, [
    organizationId,
    groupId,
    row.added.length - row.removed.length,
    DELTA[kind],
    ...access.last,
    eventColumns(organizationId, [...groupEvents(change, row), ...access.events]),
    actor.at,
  ]);
  return finished?.version ? Number(finished.version) : undefined;
}
