import type { DirectoryGroup, GroupChanged, GroupHow, MemberChanges } from '@rolecall/persistence';
import type { ResourceBody } from '@rolecall/scim';
import { changedMeanwhile, requireVersion, type Versions } from '../http/etag.ts';
import type { Call } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import { notOvertaken } from './not-overtaken.ts';
import { heldBack, notFound, taken, unknownMembers } from './refusals.ts';

export interface GroupChange {
  /** The group's own attributes as they are to become; undefined = they stay. */
  readonly body?: ResourceBody;
  readonly members?: MemberChanges;
}

/** A group that exists now, as the store left it: without its members. */
type StoredGroup = Extract<GroupChanged, { group: unknown }>;

export function groupHow({ organization }: Pick<Call, 'organization'>): GroupHow {
  const { uniqueGroupNames: uniqueNames, unknownMembers: unknown } = organization.scim;
  return { uniqueNames, unknownMembers: unknown };
}

/**
 * Changes a group. A change that depends on nothing stored is written at once, so parallel changes of members never conflict; a function
 * of the stored group is made on the version that was read, and anew when somebody else was faster.
 * @param change the change, or how it follows from the stored group (without members), which may run more than once
 * @throws ScimError
 */
export async function changeGroup(
  call: Call,
  groupId: string,
  condition: Versions | undefined,
  change: GroupChange | ((group: DirectoryGroup) => GroupChange),
): Promise<StoredGroup> {
  if (typeof change !== 'function' && (condition === undefined || condition === 'any'))
    return acceptedGroup(call, await write(call, groupId, change, undefined));
  const changed = await notOvertaken(async () => {
    const group = await call.store.groupById(call.organization.id, groupId, { members: false });
    if (!group) throw notFound('Group');
    requireVersion(condition, group.meta.version);
    const wanted = typeof change === 'function' ? change(group) : change;
    const conditional = wanted.body !== undefined || (condition !== undefined && condition !== 'any');
    return write(call, groupId, wanted, conditional ? group.meta.version : undefined);
  });
  return acceptedGroup(call, changed);
}

function write(call: Call, groupId: string, change: GroupChange, expectedVersion: number | undefined) {
  return withLiveRules(call, (decide, organization) => {
    const how = groupHow({ organization });
    return call.store.changeGroup(organization.id, groupId, change, expectedVersion, how, decide, call.actor);
  });
}

/** @throws ScimError what the store refused */
export function acceptedGroup(call: Call, changed: GroupChanged): StoredGroup {
  switch (changed.outcome) {
    case 'created':
    case 'changed':
    case 'unchanged':
      if (changed.ignored.length > 0) call.notes.quirks.add('unknown_members');
      call.notes.changed(changed.outcome !== 'unchanged');
      return changed;
    case 'unknown_members':
      throw unknownMembers(changed.unknown);
    case 'conflict':
      throw taken(changed.attribute);
    case 'held':
      throw heldBack(changed, call.organization);
    case 'changed_meanwhile':
      throw changedMeanwhile();
    case 'unknown':
      throw notFound('Group');
  }
}
