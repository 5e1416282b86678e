import type { Projection } from '@rolecall/scim';
import { isKnown, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { userReply } from './present.ts';
import { notFound } from './refusals.ts';

/** GET /Users/:id (RFC 7644 §3.4.1); 304 when the client has this version already. @throws ScimError 404 */
export async function readUserById(
  call: Call,
  userId: string,
  unless: Versions | undefined,
  projection: Projection,
): Promise<Reply> {
  call.notes.about('User', userId);
  const user = await call.store.userById(call.organization.id, userId);
  if (!user) throw notFound('User');
  if (isKnown(unless, user.meta.version)) return { status: 304, version: user.meta.version };
  return userReply(call, user, projection, 200);
}
