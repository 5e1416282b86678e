import { changedMeanwhile, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { namedVersion } from './named-version.ts';
import { heldBack, notFound } from './refusals.ts';

/** DELETE /Users/:id (RFC 7644 §3.6): the user and its memberships are gone; the audit log and the off-boarding receipt stay. @throws ScimError */
export async function deleteUser(call: Call, userId: string, condition: Versions | undefined): Promise<Reply> {
  const { store, organization, actor, notes } = call;
  notes.about('User', userId);
  const version = await namedVersion(condition, 'User', () => store.userById(organization.id, userId));
  const deleted = await store.deleteUser(organization.id, userId, version, { brake: organization.brake }, actor);
  if (deleted.outcome === 'unknown') throw notFound('User');
  if (deleted.outcome === 'changed_meanwhile') throw changedMeanwhile();
  if (deleted.outcome === 'held') throw heldBack(deleted, organization);
  notes.changed(true);
  return { status: 204 };
}
