import type { PoolClient } from 'pg';
import type { FactsJson, Profile } from '@rolecall/role-mapping';
import { overtaken } from '../errors.ts';
import { createUser } from '../grants/replace-grants.ts';
import { newId } from '../new-id.ts';
import { query } from '../sql.ts';
import type { CreatedUser, DecidedAccess, NewLoginOfUser, SubjectKey } from '../stores.ts';
import { findUserBySubject } from './find-users.ts';
import { LINK_IDENTITY, RECORD_LOGIN } from './statements.ts';
import { profileColumns, subjectColumns } from './stored-user.ts';

/** Who somebody new is, and what the first login gives. */
interface NewUser {
  readonly subject: SubjectKey;
  readonly profile: Profile;
  readonly facts: FactsJson;
  readonly access: DecidedAccess | undefined;
}

/** Writes a user with the identity that signed in, unless a login of the same subject was faster: then it is that user. */
export async function createUserOfLogin(
  client: PoolClient,
  organizationId: string,
  { subject, profile, facts, access }: NewUser,
  now: Date,
): Promise<CreatedUser> {
  const userId = newId();
  const who = [organizationId, userId, ...profileColumns(profile), ...subjectColumns(subject)];
  const { revision, grants = [], groups = [] } = access ?? {};
  const held = { userId, grants, groups };
  const changes = await createUser(client, [...who, JSON.stringify(facts), now], revision, held);
  if (changes) return { user: { userId, status: 'active', profile }, created: true, changes };
  const user = await findUserBySubject(client, organizationId, subject);
  if (user === undefined) throw new Error('the identity exists and its user does not');
  return { user, created: false };
}

export async function linkIdentity(
  client: PoolClient,
  organizationId: string,
  userId: string,
  { subject, facts, now }: { readonly subject: SubjectKey; readonly facts: FactsJson; readonly now: Date },
): Promise<void> {
  await query(client, LINK_IDENTITY, [organizationId, userId, ...subjectColumns(subject), JSON.stringify(facts), now]);
}

/** @throws PersistenceError `user_changed` */
export async function recordLogin(client: PoolClient, organizationId: string, login: NewLoginOfUser): Promise<void> {
  if ((await query(client, RECORD_LOGIN, loginColumns(organizationId, login))).length === 0) throw overtaken();
}

/** The columns of `login.record`. */
export function loginColumns(
  organizationId: string,
  { userId, subject, profile, facts, now, takesOver = false }: NewLoginOfUser,
): unknown[] {
  const who = [organizationId, userId, ...profileColumns(profile), ...subjectColumns(subject)];
  return [...who, JSON.stringify(facts), now, takesOver];
}
