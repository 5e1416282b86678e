import type { DecidedAccess, GrantChanges, NewLoginOfUser, StoredUser } from '@rolecall/persistence';
import { aliasAccounts } from './aliases.ts';
import { linkableUsers } from './believed-addresses.ts';
import { checkUserActive } from './checks.ts';
import { changeEvents, passwordRemoved } from './events.ts';
import type { LoginContext, Person } from './login-context.ts';

const NOTHING_CHANGED: GrantChanges = { granted: [], revoked: [], joined: [], left: [] };

/** A login that is stored. */
export interface StoredLogin {
  readonly user: StoredUser;
  readonly created: boolean;
  readonly changes: GrantChanges;
}

/** A login that changed nothing of what its user has. */
export function unchanged(user: StoredUser): StoredLogin {
  return { user, created: false, changes: NOTHING_CHANGED };
}

/**
 * Creates, links or updates the user, and makes the decision their grants and groups. Two first logins at once end in one user:
 * the second finds the first's.
 */
export async function storeLogin(context: LoginContext, person: Person): Promise<StoredLogin> {
  const { tx, subject, now } = context;
  if (person.is === 'new') return storeNew(context);
  const { user } = person;
  if (person.is === 'managed') {
    await tx.recordDirectoryLogin(user.userId, subject, person.links, now);
    if (person.links) await endUnproved(context, user);
    return unchanged(user);
  }
  if (person.is === 'known') return { user, created: false, changes: await storeKnown(context, user) };
  await tx.recordLogin(loginOf(context, user));
  await link(context, person);
  return { user, created: false, changes: await storeGrants(context, user) };
}

/** A first login, in one statement, unless another one of the same subject came first. */
async function storeNew(context: LoginContext): Promise<StoredLogin> {
  const { tx, organization, subject, login, decision, now, flow } = context;
  const { revision } = organization.snapshot;
  const access = decision.outcome === 'granted' ? { revision, ...decision } : undefined;
  const stored = await tx.createUser(subject, decision.profile, login.facts, now, access);
  if (stored.created) {
    if (access) flow.pass('grants_stored', counted(access));
    return stored;
  }
  checkUserActive(context, stored.user);
  return { ...stored, changes: await storeGrants(context, stored.user) };
}

/** Makes the decision a known user's grants and groups; nothing under `managedBy: app`. */
export async function storeGrants(
  { tx, organization, decision, now, flow }: LoginContext,
  { userId }: StoredUser,
): Promise<GrantChanges> {
  if (decision.outcome === 'refused' || decision.applies === 'at-creation') return NOTHING_CHANGED;
  const { grants, groups } = decision;
  const changes = await tx.replaceGrants(userId, organization.snapshot.revision, grants, groups, now);
  flow.pass('grants_stored', counted(decision));
  return changes;
}

/** The most common login of all, in one statement. */
async function storeKnown(context: LoginContext, user: StoredUser): Promise<GrantChanges> {
  const { tx, organization, decision, flow } = context;
  const login = loginOf(context, user);
  if (decision.outcome === 'refused' || decision.applies === 'at-creation') {
    await tx.recordLogin(login);
    return NOTHING_CHANGED;
  }
  const changes = await tx.storeLogin(login, organization.snapshot.revision, decision.grants, decision.groups);
  flow.pass('grants_stored', counted(decision));
  return changes;
}

function counted({ grants, groups }: Pick<DecidedAccess, 'grants' | 'groups'>): string {
  return `grants: ${grants.length}, groups: ${groups.length}`;
}

function loginOf(
  { organization, subject, decision, login, now }: LoginContext,
  { userId }: StoredUser,
): NewLoginOfUser {
  const takesOver = organization.settings.scim === undefined;
  return { userId, subject, profile: decision.profile, facts: login.facts, now, takesOver };
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
  await endUnproved(context, { userId });
}

/** The person has come: whoever used a printed link before, and perhaps instead, is out. The caller has locked the user's row. */
export async function endUnproved(context: LoginContext, { userId }: Pick<StoredUser, 'userId'>): Promise<void> {
  const { tx, login, flow, now } = context;
  const { identityProvider, traceId } = login;
  if (!(await tx.accounts.endUnproved(userId, identityProvider))) return;
  flow.pass('password_removed', 'it came by a link that was not mailed; all of its sessions ended');
  await tx.audit([passwordRemoved({ userId, identityProvider, traceId, now })]);
}

/**
 * What the identity provider says now gives nothing any more: the facts are stored, and grants without a source are
 * retracted, also from sessions that are open elsewhere.
 */
export async function retractGrants(context: LoginContext, user: StoredUser): Promise<void> {
  const { tx, organization } = context;
  const changes = await tx.storeLogin(loginOf(context, user), organization.snapshot.revision, [], []);
  await tx.audit(changeEvents(context, user, changes));
}
