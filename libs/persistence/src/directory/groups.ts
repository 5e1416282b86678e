import type { Pool } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { newId } from '../new-id.ts';
import { query } from '../sql.ts';
import type { DirectoryGroup, DirectoryStore, GroupChanged, GroupMember, Held } from '../stores.ts';
import { changeGroup } from './change-group.ts';
import type { ChangedGroup, GroupChange } from './change-group.ts';
import { asStored } from './columns.ts';
import { isResourceId } from './ids.ts';
import { holdLastSsoAdmin, TakesLastSsoAdmin } from './offboarding.ts';
import { DIRECTORY_GROUP } from './statements.ts';

interface GroupRow {
  readonly group_id: string;
  readonly body: ResourceBody;
  readonly version: string;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly members: readonly GroupMember[] | null;
}

/** A deletion checks neither names nor members. */
const ANYHOW = { uniqueNames: false, unknownMembers: 'ignore' } as const;

export function directoryGroups(
  pool: Pool,
): Pick<DirectoryStore, 'groupById' | 'createGroup' | 'changeGroup' | 'deleteGroup'> {
  return {
    async groupById(organizationId, groupId, wanted) {
      if (!isResourceId(groupId)) return undefined;
      const [row] = await query<GroupRow>(pool, DIRECTORY_GROUP, [organizationId, groupId, wanted.members]);
      return row && toGroup(row);
    },

    async createGroup(organizationId, body, members, how, decide, actor) {
      const made = { kind: 'create', groupId: newId(), expectedVersion: undefined } as const;
      const by = { how, decide, actor };
      return toOutcome(pool, { organizationId, ...made, body: asStored(body), members: { add: members }, ...by });
    },

    async changeGroup(organizationId, groupId, { body, members = {} }, expectedVersion, how, decide, actor) {
      if (!isResourceId(groupId)) return { outcome: 'unknown' };
      const at = { organizationId, kind: 'change', groupId, expectedVersion } as const;
      return toOutcome(pool, { ...at, body: body && asStored(body), members, how, decide, actor });
    },

    async deleteGroup(organizationId, groupId, expectedVersion, decide, actor) {
      if (!isResourceId(groupId)) return { outcome: 'unknown' };
      const at = { organizationId, kind: 'delete', groupId, expectedVersion } as const;
      const all = { body: undefined, members: { replace: [] }, how: ANYHOW };
      const changed = await orHeld(pool, { ...at, ...all, decide, actor });
      if (changed.outcome === 'held') return changed;
      const { outcome, removed } = changed;
      if (outcome === 'written') return { outcome: 'deleted', members: removed.length };
      return { outcome: outcome === 'changed_meanwhile' ? 'changed_meanwhile' : 'unknown' };
    },
  };
}

function toGroup(row: GroupRow): DirectoryGroup {
  return {
    groupId: row.group_id,
    body: row.body,
    meta: { created: row.created_at, lastModified: row.modified_at, version: Number(row.version) },
    ...(row.members && { members: row.members }),
  };
}

async function orHeld(pool: Pool, change: GroupChange): Promise<ChangedGroup | Held> {
  try {
    return await changeGroup(pool, change);
  } catch (error) {
    if (!(error instanceof TakesLastSsoAdmin)) throw error;
    return holdLastSsoAdmin(pool, change.organizationId, error.userId, change.actor);
  }
}

async function toOutcome(pool: Pool, change: GroupChange): Promise<GroupChanged> {
  const changed = await orHeld(pool, change);
  switch (changed.outcome) {
    case 'held':
      return changed;
    case 'conflict':
      return { outcome: 'conflict', attribute: 'displayName' };
    case 'unknown_members':
      return { outcome: 'unknown_members', unknown: changed.unknown };
    case 'unknown':
    case 'changed_meanwhile':
      return { outcome: changed.outcome };
    case 'written':
    case 'unchanged':
      return {
        outcome: changed.outcome === 'unchanged' ? 'unchanged' : change.kind === 'create' ? 'created' : 'changed',
        group: groupAfter(change, changed),
        added: changed.added.length,
        removed: changed.removed.length,
        ignored: changed.unknown,
      };
  }
}

function groupAfter(
  { groupId, body, actor }: GroupChange,
  { outcome, was, version = 0 }: ChangedGroup,
): DirectoryGroup {
  const created = was ? new Date(was.created_at) : actor.at;
  const lastModified = outcome === 'written' || was === null ? actor.at : new Date(was.modified_at);
  return { groupId, body: body ?? was?.body ?? {}, meta: { created, lastModified, version } };
}
