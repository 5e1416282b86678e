import type { AuditEvent } from '@rolecall/audit';
import type { Pool } from 'pg';
import { query } from '../sql.ts';
import type { GroupFacts, MemberChanges } from '../stores.ts';
import type { ChangedGroup, GroupChange, GroupRow } from './change-group.ts';
import { accessColumns } from './columns.ts';
import { accessEvents, eventColumns, eventsOf } from './events.ts';
import { isResourceId, orNobody, unknownIds } from './ids.ts';
import { brakeColumns, TakesLastSsoAdmin } from './offboarding.ts';
import { toGroupFacts } from './rows.ts';
import type { GroupFactsJson, UserStateRow } from './rows.ts';
import { CHANGE_MEMBERS, MEMBER_STATES } from './statements.ts';

/** More users are changed in one transaction, in batches. */
const FEW = 100;

/** What was read without a lock, as JSON from the function. */
interface MemberStates {
  readonly group: GroupRow;
  readonly facts: GroupFactsJson;
  readonly revision: number;
  readonly unknown: readonly string[];
  /** Who would come (`joins`) and who would go. */
  readonly users: readonly (UserStateRow & { readonly joins: boolean })[];
}

type Written =
  | { readonly outcome: 'written'; readonly version: number }
  | { readonly outcome: 'takes_last'; readonly userId: string }
  | { readonly outcome: 'changed_meanwhile' };

/** Whether a change is of a few members, and of nothing else of the group. */
export function isOfFewMembers({ kind, body, members, expectedVersion }: GroupChange): boolean {
  const { add = [], remove = [], replace } = members;
  const other = kind !== 'change' || body !== undefined || replace !== undefined || expectedVersion !== undefined;
  return !other && add.length + remove.length <= FEW;
}

/**
 * Adds and removes a few members in two statements: who would come or go is read without a lock, their access is decided, and both are
 * written if nobody changed the users or the group's names in between. Its work does not grow with the group. undefined = somebody did,
 * and nothing was written. Throws TakesLastSsoAdmin.
 */
export async function changeMembers(pool: Pool, change: GroupChange): Promise<ChangedGroup | undefined> {
  const states = await memberStates(pool, change);
  if (states === null) return { ...NOTHING, outcome: 'unknown', was: null, version: undefined, unknown: [] };
  const { group: was, users } = states;
  const unknown = unknownIds(change.members.add ?? [], states.unknown);
  const asItWas = { ...NOTHING, was, version: was.version, unknown };
  if (unknown.length > 0 && change.how.unknownMembers === 'refuse') return { ...asItWas, outcome: 'unknown_members' };
  if (users.length === 0) return { ...asItWas, outcome: 'unchanged' };
  const written = await write(pool, change, states);
  switch (written.outcome) {
    case 'changed_meanwhile':
      return undefined;
    case 'takes_last':
      throw new TakesLastSsoAdmin(written.userId);
    case 'written':
      return { ...asItWas, ...comersAndGoers(states), outcome: 'written', version: written.version };
  }
}

const NOTHING = { added: [], removed: [], touched: [], took_from: [] };

async function memberStates(
  pool: Pool,
  { organizationId, groupId, members }: GroupChange,
): Promise<MemberStates | null> {
  const { add = [], remove = [] }: MemberChanges = members;
  const values = [organizationId, groupId, add.map(orNobody), remove.filter(isResourceId)];
  const [row] = await query<{ states: MemberStates | null }>(pool, MEMBER_STATES, values);
  return row?.states ?? null;
}

async function write(pool: Pool, change: GroupChange, states: MemberStates): Promise<Written> {
  const { organizationId, groupId, decide, actor } = change;
  const group = toGroupFacts(states.facts);
  const event = eventsOf(actor);
  const events: AuditEvent[] = [event('group.changed', groupId, { fields: [], ...comersAndGoers(states) })];
  const users: object[] = [];
  for (const { joins, ...row } of states.users) {
    const groups = groupsAfter(row.groups.map(toGroupFacts), group, joins);
    const decided = decide({ userId: row.user_id, body: row.body, groups, isNew: false });
    // the audit log tells the difference to what was read, so both must be of the rules that decide
    if (states.revision < decided.revision) return { outcome: 'changed_meanwhile' };
    users.push({ ...accessColumns(row.user_id, decided), version: row.version, joins });
    events.push(...accessEvents(event, row.user_id, { grants: row.grants, groups: row.memberships }, decided));
  }
  const [first] = users as { revision: number }[];
  const [row] = await query<{ result: Written }>(pool, CHANGE_MEMBERS, [
    organizationId,
    groupId,
    JSON.stringify(states.facts),
    first?.revision,
    JSON.stringify(users),
    JSON.stringify(brakeColumns(undefined)),
    eventColumns(organizationId, events),
    actor.at,
  ]);
  if (row === undefined) throw new Error('directory_change_members returned nothing');
  return row.result;
}

/** By id, as they are read. */
function groupsAfter(groups: readonly GroupFacts[], group: GroupFacts, joins: boolean): readonly GroupFacts[] {
  const others = groups.filter(({ groupId }) => groupId !== group.groupId);
  if (!joins) return others;
  return [...others, group].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

function comersAndGoers({ users }: MemberStates): {
  readonly added: readonly string[];
  readonly removed: readonly string[];
} {
  const ids = (joining: boolean) => users.filter(({ joins }) => joins === joining).map(({ user_id: id }) => id);
  return { added: ids(true), removed: ids(false) };
}
