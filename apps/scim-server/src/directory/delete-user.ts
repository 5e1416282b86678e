import { changedMeanwhile, requireVersion, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { heldBack, notFound } from './refusals.ts';

/** DELETE /Users/:id (RFC 7644 §3.6): the user and its memberships are gone; the audit log and the off-boarding receipt stay. @throws ScimError */
export async function deleteUser(call: Call, userId: string, condition: Versions | undefined): Promise<Reply> {
  const { store, organization, actor, notes } = call;
  notes.about('User', userId);
  const version = await presentVersion(call, userId, condition);
  const deleted = await store.deleteUser(organization.id, userId, version, { brake: organization.brake }, actor);
  if (deleted.outcome === 'unknown') throw notFound('User');
  if (deleted.outcome === 'changed_meanwhile') throw changedMeanwhile();
  if (deleted.outcome === 'held') throw heldBack(deleted, organization);
  notes.changed(true);
  return { status: 204 };
}

/** Which version the client wants deleted: the present one, if it is among those that it names. */
async function presentVersion({ store, organization }: Call, userId: string, condition: Versions | undefined) {
  if (condition === undefined || condition === 'any') return undefined;
  const user = await store.userById(organization.id, userId);
  if (!user) throw notFound('User');
  requireVersion(condition, user.meta.version);
  return user.meta.version;
}
