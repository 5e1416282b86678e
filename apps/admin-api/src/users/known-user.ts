import type { Database, EditedSource, UserDetail } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';

/** The answer to an id that is nobody's, and to one of another organization: nothing tells the two apart. */
export function unknownUser(): Problem {
  return new Problem(404, 'unknown_user', 'the organization has no user of this id');
}

/**
 * @param userId UNTRUSTED
 * @throws Problem 404 `unknown_user`
 */
export async function knownUser(
  database: Pick<Database, 'users'>,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<UserDetail> {
  const user = await database.users.find(organizationId, userId, now);
  if (user) return user;
  throw unknownUser();
}

/** What the directory decides is changed at the identity provider. */
export function managedByScim(what: string): Problem {
  const where = 'the directory (SCIM) manages this user';
  return new Problem(409, 'managed_by_scim', `${where}: ${what}`);
}

/** Somebody must be able to repair what everybody signs in by. */
export function lastSsoAdmin(): Problem {
  return new Problem(
    409,
    'no_sso_admin',
    'the organization enforces SSO and nobody else who may sign in holds sso_admin; give the role to somebody first, or repeat this with lastSsoAdmin=true (--last-sso-admin)',
  );
}

/** What an edit leaves as the source of what it gives. */
export function sourceOf({ actor }: Principal, now: Date): EditedSource {
  return { kind: 'app', by: `${actor.kind}/${actor.id}`, at: now.toISOString() };
}
