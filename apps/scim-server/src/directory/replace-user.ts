import type { DirectoryUserState, UserReplaced } from '@rolecall/persistence';
import { type Projection, readUser, replacedBody, type ResourceBody } from '@rolecall/scim';
import { requireVersion, type Versions } from '../http/etag.ts';
import type { Call, Reply } from './call.ts';
import { withLiveRules } from './decide-access.ts';
import { notOvertaken } from './not-overtaken.ts';
import { userReply } from './present.ts';
import { requireOwnDomain } from './primary-email.ts';
import { domainOfAnother, heldBack, notFound, taken } from './refusals.ts';
import { ofModestSize } from './user-size.ts';

/**
 * PUT /Users/:id (RFC 7644 §3.5.1): what the body does not say is cleared, except `active`, which keeps its value.
 * @param unverified the body
 * @throws ScimError
 */
export async function replaceUser(
  call: Call,
  userId: string,
  unverified: unknown,
  condition: Versions | undefined,
  projection: Projection,
): Promise<Reply> {
  call.notes.about('User', userId);
  const read = readUser(unverified, call.organization.schemas);
  call.notes.read(read);
  const { user } = call.organization.schemas;
  return changeUser(call, userId, condition, projection, (state) => replacedBody(state.body, read.body, user));
}

/**
 * Changes a user: reads it, computes what it is to become, and writes that if nobody else wrote in between, else anew. So
 * parallel changes follow one another and none is lost; with a condition (If-Match) the first one wins.
 * @param change from the stored user to the wanted body; it may run more than once. What it throws refuses the change.
 * @throws ScimError 404, 409, 412 …
 */
export async function changeUser(
  call: Call,
  userId: string,
  condition: Versions | undefined,
  projection: Projection,
  change: (state: DirectoryUserState) => ResourceBody,
): Promise<Reply> {
  const replaced = await notOvertaken(async () => {
    const state = await call.store.userState(call.organization.id, userId);
    if (!state) throw notFound('User');
    requireVersion(condition, state.meta.version);
    const body = ofModestSize(change(state));
    return withLiveRules(call, (decide, organization) => {
      requireOwnDomain(organization, body, state.body);
      return call.store.replaceUser(organization.id, state, body, { brake: organization.brake }, decide, call.actor);
    });
  });
  const { user, changed } = accepted(replaced, call);
  call.notes.changed(changed);
  return userReply(call, user, projection, 200);
}

type Replaced = Exclude<UserReplaced, { outcome: 'changed_meanwhile' }>;

function accepted(replaced: Replaced, { organization }: Call): Extract<Replaced, { user: unknown }> {
  switch (replaced.outcome) {
    case 'replaced':
      return replaced;
    case 'conflict':
      throw taken(replaced.attribute);
    case 'domain_of_another':
      throw domainOfAnother();
    case 'held':
      throw heldBack(replaced, organization);
    case 'unknown':
      throw notFound('User');
  }
}
