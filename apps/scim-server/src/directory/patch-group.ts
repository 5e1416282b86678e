import type { DirectoryGroup } from '@rolecall/persistence';
import { applyPatch, locationOf, type Patch, type Projection, readPatch } from '@rolecall/scim';
import type { Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { changeGroup, type GroupChange } from './change-group.ts';
import { storedGroupReply } from './present.ts';

/**
 * PATCH /Groups/:id (RFC 7644 §3.5.2). Members are never read: changes of them are sets of ids, whatever the group's size. Answers 204,
 * with the group only when the client names the attributes that it wants (X32).
 * @param unverified the body, a PatchOp
 * @param projection undefined = the client named none
 * @throws ScimError
 */
export async function patchGroup(
  call: Call,
  groupId: string,
  unverified: unknown,
  condition: Versions | undefined,
  projection: Projection | undefined,
): Promise<Reply> {
  const { notes, organization } = call;
  notes.about('Group', groupId);
  const patch = readPatch(unverified, 'group', organization.schemas);
  notes.readPatch(patch);
  const change =
    patch.changes.length === 0 ? membersOf(patch) : (stored: DirectoryGroup) => changeOf(call, stored, patch);
  const { group } = await changeGroup(call, groupId, condition, change);
  if (projection) return storedGroupReply(call, group, projection, 200);
  return { status: 204, location: locationOf('Group', groupId, call.base), version: group.meta.version };
}

/** Without a body when the group's own attributes stay, so that parallel changes of members do not wait for one another. */
function changeOf({ notes, organization }: Call, stored: DirectoryGroup, patch: Patch): GroupChange {
  const { groupId: id, body } = stored;
  const patched = applyPatch({ id, body }, patch, organization.schemas.group.type);
  for (const quirk of patched.quirks) notes.quirks.add(quirk);
  return { ...(patched.changed && { body: patched.body }), ...membersOf(patch) };
}

function membersOf({ members }: Patch): GroupChange {
  return members ? { members } : {};
}
