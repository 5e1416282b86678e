import type { DirectoryGroup, ShownUser } from '@rolecall/persistence';
import { locationOf, presentUser, type Projection } from '@rolecall/scim';
import type { Call, Reply } from './call.ts';
import { contentOf, shownGroup } from './shown.ts';

/** A user as the answer to a request for this one. */
export function userReply(call: Call, user: ShownUser, projection: Projection, status: 200 | 201): Reply {
  const resource = call.organization.schemas.user;
  const body = presentUser(user, { baseUrl: call.base, resource, projection });
  return { status, body, location: locationOf('User', user.userId, call.base), version: user.meta.version };
}

export function groupReply(call: Call, group: DirectoryGroup, projection: Projection, status: 200 | 201): Reply {
  const resource = call.organization.schemas.group;
  const content = contentOf(shownGroup(group, { baseUrl: call.base, resource, projection }));
  return { status, ...content, location: locationOf('Group', group.groupId, call.base), version: group.meta.version };
}

/** As `groupReply`, of a group as a write left it: its members are read now, if the answer has them. */
export async function storedGroupReply(
  call: Call,
  group: DirectoryGroup,
  projection: Projection,
  status: 200 | 201,
): Promise<Reply> {
  const whole = projection.wants('members')
    ? await call.store.groupById(call.organization.id, group.groupId, { members: true })
    : undefined;
  return groupReply(call, whole ?? group, projection, status);
}
