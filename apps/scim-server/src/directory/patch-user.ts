import { PersistenceError } from '@rolecall/persistence';
import { applyPatch, deactivates, type Projection, readPatch } from '@rolecall/scim';
import type { Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { userReply } from './present.ts';
import { notFound } from './refusals.ts';
import { changeUser } from './replace-user.ts';

/**
 * PATCH /Users/:id (RFC 7644 §3.5.2): all operations work, or none does. Answers with the user (X32), which identity providers read.
 * @param unverified the body, a PatchOp
 * @throws ScimError
 */
export async function patchUser(
  call: Call,
  userId: string,
  unverified: unknown,
  condition: Versions | undefined,
  projection: Projection,
): Promise<Reply> {
  const { notes, organization } = call;
  notes.about('User', userId);
  const patch = readPatch(unverified, 'user', organization.schemas);
  notes.readPatch(patch);
  const isAny = condition === undefined || condition === 'any';
  if (isAny && deactivates(patch) && !organization.asksForActive) {
    const reply = await deactivateUser(call, userId, projection);
    if (reply) return reply;
  }
  return changeUser(call, userId, condition, projection, ({ body }) => {
    const patched = applyPatch({ id: userId, body }, patch, organization.schemas.user.type);
    for (const quirk of patched.quirks) notes.quirks.add(quirk);
    return patched.body;
  });
}

/**
 * What identity providers change most: one statement, where no rule asks for `active`, so that there is nothing to decide. undefined =
 * there is, or the rules were replaced meanwhile; nothing was written, and the long way says what happens.
 */
async function deactivateUser(call: Call, userId: string, projection: Projection): Promise<Reply | undefined> {
  const { store, organization, actor, notes } = call;
  const { brake, snapshot } = organization;
  const done = await store
    .deactivateUser(organization.id, userId, snapshot.revision, { brake }, actor)
    .catch((error: unknown) => {
      if (error instanceof PersistenceError && error.code === 'stale_revision')
        return { outcome: 'to_decide' } as const;
      throw error;
    });
  if (done.outcome === 'unknown') throw notFound('User');
  if (done.outcome === 'to_decide') return undefined;
  notes.changed(done.changed);
  return userReply(call, done.user, projection, 200);
}
