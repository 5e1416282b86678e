import { changedMeanwhile, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import { namedVersion } from './named-version.ts';
import { heldBack, notFound } from './refusals.ts';

/** DELETE /Groups/:id (RFC 7644 §3.6): its members lose what the group gave them. @throws ScimError */
export async function deleteGroup(call: Call, groupId: string, condition: Versions | undefined): Promise<Reply> {
  const { store, organization, actor, notes } = call;
  notes.about('Group', groupId);
  const version = await namedVersion(condition, 'Group', () =>
    store.groupById(organization.id, groupId, { members: false }),
  );
  const deleted = await withLiveRules(call, (decide) =>
    store.deleteGroup(organization.id, groupId, version, decide, actor),
  );
  if (deleted.outcome === 'unknown') throw notFound('Group');
  if (deleted.outcome === 'changed_meanwhile') throw changedMeanwhile();
  if (deleted.outcome === 'held') throw heldBack(deleted, organization);
  notes.changed(true);
  return { status: 204 };
}
