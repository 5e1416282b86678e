import type { Announcement, GrantChanges, StoredUser } from '@rolecall/persistence';
import type { LastLogin } from '../http/cookies.ts';
import { newOrganizationToken } from '../sessions/organization-token.ts';
import { aliasAccounts } from './aliases.ts';
import { checkUserActive, linkableUsers } from './checks.ts';
import { changeEvents } from './events.ts';
import type { LoginContext, Person } from './login-context.ts';

const NOTHING_CHANGED: GrantChanges = { granted: [], revoked: [], joined: [], left: [] };

/** Creates, links or updates the user. Two first logins at once end in one user: the second finds the first's. */
export async function storeUser(
  context: LoginContext,
  person: Person,
): Promise<{ user: StoredUser; created: boolean }> {
  const { tx, subject, login, decision, now } = context;
  if (person.is === 'new') {
    const stored = await tx.createUser(subject, decision.profile, login.facts, now);
    if (!stored.created) checkUserActive(context, stored.user);
    return stored;
  }
  await tx.recordLogin(person.user.userId, subject, decision.profile, login.facts, now);
  if (person.is === 'linked') await link(context, person);
  return { user: person.user, created: false };
}

/** Another login changed what this one was decided on: decide it anew, in a new transaction. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Links the subject to a user whose row this transaction has locked by an update: two logins at once link one of them. */
async function link(
  context: LoginContext,
  { user: { userId }, how }: Extract<Person, { readonly is: 'linked' }>,
): Promise<void> {
  const { tx, subject, login, now } = context;
  const linkable = how === 'alias' ? await aliasAccounts(context) : await linkableUsers(context);
  if (!linkable.some((user) => user.userId === userId)) throw new Overtaken('the user was linked by another login');
  await tx.linkIdentity(userId, subject, login.facts, now);
}

/** Makes the decision the user's grants and groups; under `managedBy: app` only for a user who was created just now. */
export async function storeGrants(context: LoginContext, user: StoredUser, created: boolean): Promise<GrantChanges> {
  const { tx, organization, decision, now, flow } = context;
  if (decision.outcome === 'refused' || (decision.applies === 'at-creation' && !created)) return NOTHING_CHANGED;
  const { revision } = organization.snapshot;
  const changes = await tx.replaceGrants(user.userId, revision, decision.grants, decision.groups, now);
  flow.pass('grants_stored', `grants: ${decision.grants.length}, groups: ${decision.groups.length}`);
  return changes;
}

/**
 * What the identity provider says now gives nothing any more: the facts are stored, and grants without a source are
 * retracted, also from sessions that are open elsewhere (design §5 rule 2).
 */
export async function retractGrants(context: LoginContext, user: StoredUser): Promise<void> {
  const { tx, organization, subject, decision, login, now } = context;
  await tx.recordLogin(user.userId, subject, decision.profile, login.facts, now);
  const changes = await tx.replaceGrants(user.userId, organization.snapshot.revision, [], [], now);
  await tx.audit(changeEvents(context, user, changes));
}

/** The only place where a session cookie's value exists besides the browser. */
export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: Date;
  /** Whether the user should see what changed before going on. */
  readonly announce: boolean;
  readonly returnTo: string | undefined;
  /** Whether the person is asked which account to open. */
  readonly choose: boolean;
  /** Where the login was, for the browser to remember. */
  readonly at: LastLogin;
}

/** Opens the session until `expiresAt`; before that it ends when nobody uses it for the organization's idle time. */
export async function openSession(
  context: Pick<LoginContext, 'tx' | 'organization' | 'login' | 'subject' | 'now' | 'flow'>,
  user: StoredUser,
  created: boolean,
  changes: GrantChanges,
  expiresAt: Date,
  accounts: readonly Pick<StoredUser, 'userId'>[] = [],
): Promise<OpenedSession> {
  const { tx, organization, login, subject, now, flow } = context;
  const { value, hash } = newOrganizationToken(organization.id);
  const announcement = announcementOf(changes, created, login.returnTo, accounts);
  await tx.openSession({
    tokenHash: hash,
    userId: user.userId,
    subject,
    sessionIndex: login.sessionIndex,
    openedAt: now,
    expiresAt,
    idleSeconds: organization.settings.sessionIdleSeconds,
    announcement,
  });
  flow.pass('session_opened');
  const at = { organization: organization.settings.name, identityProvider: subject.identityProvider };
  const announce = announcement !== undefined && isWorthTelling(announcement);
  return { token: value, expiresAt, announce, choose: accounts.length > 0, returnTo: login.returnTo, at };
}

function announcementOf(
  changes: GrantChanges,
  firstLogin: boolean,
  returnTo: string | undefined,
  accounts: readonly Pick<StoredUser, 'userId'>[],
): Announcement | undefined {
  const { granted, revoked, joined, left } = changes;
  const announcement = { granted, revoked, joined, left, firstLogin, returnTo };
  if (accounts.length > 0) return { ...announcement, accounts: accounts.map(({ userId }) => userId) };
  return isWorthTelling(announcement) ? announcement : undefined;
}

/** Whether a login changed what its user may do. */
export function isWorthTelling({ granted, revoked, joined, left }: GrantChanges): boolean {
  return granted.length + revoked.length + joined.length + left.length > 0;
}
