import { type Projection, readGroup } from '@rolecall/scim';
import type { Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { changeGroup } from './change-group.ts';
import { storedGroupReply } from './present.ts';

/**
 * PUT /Groups/:id (RFC 7644 §3.5.1): the members become exactly those of the body, nobody by `[]` or `null`. A
 * body without `members` leaves them: a client that asked for groups without their members must not empty them.
 * @param unverified the body
 * @throws ScimError
 */
export async function replaceGroup(
  call: Call,
  groupId: string,
  unverified: unknown,
  condition: Versions | undefined,
  projection: Projection,
): Promise<Reply> {
  call.notes.about('Group', groupId);
  const read = readGroup(unverified, call.organization.schemas);
  call.notes.read(read);
  const change = { body: read.body, ...(read.members && { members: { replace: read.members } }) };
  const { group } = await changeGroup(call, groupId, condition, change);
  return storedGroupReply(call, group, projection, 200);
}
