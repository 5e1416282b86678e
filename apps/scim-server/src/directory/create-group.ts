import { type Projection, readGroup } from '@rolecall/scim';
import type { Call, Reply } from './call.ts';
import { acceptedGroup, groupHow } from './change-group.ts';
import { withLiveRules } from './decide-access.ts';
import { storedGroupReply } from './present.ts';

/** POST /Groups (RFC 7644 §3.3). @param unverified the body @throws ScimError */
export async function createGroup(call: Call, unverified: unknown, projection: Projection): Promise<Reply> {
  call.notes.about('Group');
  const read = readGroup(unverified, call.organization.schemas);
  call.notes.read(read);
  const created = await withLiveRules(call, (decide, organization) => {
    const how = groupHow({ organization });
    return call.store.createGroup(organization.id, read.body, read.members ?? [], how, decide, call.actor);
  });
  const { group } = acceptedGroup(call, created);
  call.notes.about('Group', group.groupId);
  return storedGroupReply(call, group, projection, 201);
}
