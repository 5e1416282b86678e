import type { Projection } from '@rolecall/scim';
import { isKnown, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { groupReply } from './present.ts';
import { notFound } from './refusals.ts';

/** GET /Groups/:id (RFC 7644 §3.4.1); members are read only when the answer has them. @throws ScimError 404 */
export async function readGroupById(
  call: Call,
  groupId: string,
  unless: Versions | undefined,
  projection: Projection,
): Promise<Reply> {
  const { store, organization, notes } = call;
  notes.about('Group', groupId);
  const group = await store.groupById(organization.id, groupId, { members: projection.wants('members') });
  if (!group) throw notFound('Group');
  if (isKnown(unless, group.meta.version)) return { status: 304, version: group.meta.version };
  return groupReply(call, group, projection, 200);
}
