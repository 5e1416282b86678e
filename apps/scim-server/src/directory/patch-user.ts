import { applyPatch, type Projection, readPatch } from '@rolecall/scim';
import type { Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
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
  return changeUser(call, userId, condition, projection, ({ body }) => {
    const patched = applyPatch({ id: userId, body }, patch, organization.schemas.user.type);
    for (const quirk of patched.quirks) notes.quirks.add(quirk);
    return patched.body;
  });
}
