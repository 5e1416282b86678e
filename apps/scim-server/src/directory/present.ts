import type { ShownUser } from '@rolecall/persistence';
import { locationOf, presentUser, type Projection } from '@rolecall/scim';
import type { Call, Reply } from './call.ts';

/** A user as the answer to a request for this one. */
export function userReply(call: Call, user: ShownUser, projection: Projection, status: 200 | 201): Reply {
  const resource = call.organization.schemas.user;
  const body = presentUser(user, { baseUrl: call.base, resource, projection });
  return { status, body, location: locationOf('User', user.userId, call.base), version: user.meta.version };
}
