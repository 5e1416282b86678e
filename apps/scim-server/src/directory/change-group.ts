import type { DirectoryGroup, GroupChanged, GroupHow, MemberChanges } from '@rolecall/persistence';
import type { ResourceBody } from '@rolecall/scim';
import { changedMeanwhile, requireVersion, type Versions } from '../http/etag.ts';
import type { Call } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import { notFound, taken, unknownMembers } from './refusals.ts';

/** A change that others overtake is made anew on what they left, so often at most. */
const MAX_TRIES = 20;

export interface GroupChange {
  /** The group's own attributes as they are to become; undefined = they stay. */
  readonly body?: ResourceBody;
  readonly members?: MemberChanges;
}

/** A group that exists now, as the store left it: without its members. */
export type StoredGroup = Extract<GroupChanged, { group: unknown }>;

export function groupHow({ organization }: Pick<Call, 'organization'>): GroupHow {
  const { uniqueGroupNames: uniqueNames, unknownMembers: unknown } = organization.scim;
  return { uniqueNames, unknownMembers: unknown };
}

/**
 * Changes a group. Changes of members alone depend on nothing that was read, so parallel ones never conflict; a change of the
 * group's own attributes is made on the version that was read, and anew when somebody else was faster.
 * @param change from the stored group (without members) to the change; it may run more than once
 * @throws ScimError
 */
export async function changeGroup(
  call: Call,
  groupId: string,
  condition: Versions | undefined,
  change: (group: DirectoryGroup) => GroupChange,
): Promise<StoredGroup> {
  for (let left = MAX_TRIES; ; left--) {
    const group = await call.store.groupById(call.organization.id, groupId, { members: false });
    if (!group) throw notFound('Group');
    requireVersion(condition, group.meta.version);
    const wanted = change(group);
    const conditional = wanted.body !== undefined || (condition !== undefined && condition !== 'any');
    const expected = conditional ? group.meta.version : undefined;
    const changed = await withLiveRules(call, (decide, organization) =>
      call.store.changeGroup(
        organization.id,
        groupId,
        wanted,
        expected,
        groupHow({ organization }),
        decide,
        call.actor,
      ),
    );
    if (changed.outcome === 'changed_meanwhile' && left > 1) continue;
    return acceptedGroup(call, changed);
  }
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
    case 'changed_meanwhile':
      throw changedMeanwhile();
    case 'unknown':
      throw notFound('Group');
  }
}
