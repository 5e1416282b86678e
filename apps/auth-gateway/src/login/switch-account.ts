import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import type { LiveSession, OrganizationTransaction, StoredUser, SubjectKey } from '@rolecall/persistence';
import type { FactsJson } from '@rolecall/role-mapping';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { aliasSubject } from './aliases.ts';
import { checkAccess, decideLogin, withAddressOf } from './check-login.ts';
import { checkSessionEnd } from './checks.ts';
import type { Completion } from './complete-login.ts';
import { signedInEvents } from './events.ts';
import { isManaged } from './directory-user.ts';
import { Flow } from './flow.ts';
import type { LoginContext, LoginToFinish, Person } from './login-context.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { endUnproved, storeGrants } from './store-login.ts';

/** Which account a signed-in browser asks for. */
export interface AccountWish {
  readonly tokenHash: Buffer;
  /** UNVERIFIED. */
  readonly userId: string;
  /** A short name for people, of known words only. */
  readonly browser: string;
  readonly traceId: string;
}

/** An account that the session's login offered, and everything that opening it is decided by. */
interface OfferedAccount {
  readonly session: LiveSession;
  readonly user: StoredUser;
  readonly identityProvider: EffectiveIdentityProvider;
  /** By which the account is opened: the session's own subject for the user it belongs to, else one of this account alone. */
  readonly subject: SubjectKey;
  /** What the identity provider said at the session's login. */
  readonly facts: FactsJson;
  /** What the new session offers in turn: the others, and the one that is left. */
  readonly others: readonly Pick<StoredUser, 'userId'>[];
}

/**
 * Opens another account of the person whose session this is: one that their login offered (`aliasAccounts`), as a login of its
 * own with what the identity provider said then, and no longer than the session. Everything in the caller's transaction.
 */
export async function switchAccount(
  tx: OrganizationTransaction,
  organization: Organization,
  wish: AccountWish,
  now: Date,
): Promise<Completion> {
  const { traceId } = wish;
  const offered = await offeredAccount(tx, organization, wish, now);
  if (!offered) return { outcome: 'refused', traceId, refusal: notOffered() };
  const { name: identityProvider, type: protocol } = offered.identityProvider;
  const vendor = organization.vendorOf(identityProvider, now);
  const flow = new Flow({ protocol, traceId, mode: 'login', identityProvider, vendor, startedAt: now });
  try {
    const context = withAddressOf(decideLogin(tx, organization, loginOf(offered, wish, now), flow, now), offered.user);
    const session = await openAccount(context, offered);
    return { outcome: 'signed_in', traceId, identityProvider, session };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId, refusal: error };
  }
}

/** undefined = the session is over, or offers no such account (any more). */
async function offeredAccount(
  tx: OrganizationTransaction,
  organization: Organization,
  { tokenHash, userId }: AccountWish,
  now: Date,
): Promise<OfferedAccount | undefined> {
  const session = await tx.liveSession(tokenHash, now);
  const offered = session?.announcement?.accounts ?? [];
  if (!session || !offered.includes(userId)) return undefined;
  const [user] = await tx.findUsers([userId]);
  const facts = await tx.factsOf(session.subject);
  const identityProvider = organization.identityProvider(session.subject.identityProvider);
  const home = await tx.findUserBySubject(session.subject);
  // of somebody whom the directory manages no facts are kept that could decide about an alias
  const isTaken = isManaged(organization, user) || isManaged(organization, home);
  if (!user || isTaken || !facts || identityProvider?.aliases !== 'plus') return undefined;
  const subject = home?.userId === userId ? session.subject : aliasSubject(session.subject, userId);
  const others = [...offered.filter((id) => id !== userId), session.userId].map((id) => ({ userId: id }));
  return { session, user, identityProvider, subject, facts, others };
}

/** As if the identity provider had said again what it said at the session's login, for this account alone. */
function loginOf(
  { session, identityProvider, subject, facts }: OfferedAccount,
  { traceId, browser }: AccountWish,
  now: Date,
): LoginToFinish {
  return {
    identityProvider: identityProvider.name,
    traceId,
    returnTo: session.announcement?.returnTo,
    mode: 'login',
    startedAt: now,
    nameId: subject.nameId,
    sessionIndex: session.sessionIndex,
    sessionNotOnOrAfter: session.expiresAt,
    facts,
    unsolicited: false,
    vouchedEmails: [],
    browser,
  };
}

/** @throws LoginRefused when the session is over, or the mapping lets this account in no longer */
async function openAccount(context: LoginContext, offered: OfferedAccount): Promise<OpenedSession> {
  const { session, user, others } = offered;
  const { tx, flow, now } = context;
  const expiresAt = checkSessionEnd(context);
  await checkAccess(context, user);
  const person = await linkedTo(context, offered);
  flow.pass('account_chosen', 'one that the login offered');
  const stored = { user, created: false, changes: await storeGrants(context, user) };
  // the session is the identity provider's subject's: by that name it's logged out there
  const at = { ...context, subject: session.subject };
  const opened = await openSession(at, stored, expiresAt, others);
  await flow.succeed(tx, user.userId, signedInEvents(context, person, stored), now);
  return { ...opened, choose: false };
}

/** Records the login, and links its subject to the user who is opened for the first time. */
async function linkedTo(context: LoginContext, { user, subject, facts }: OfferedAccount): Promise<Person> {
  const { tx, organization, decision, now } = context;
  const { userId } = user;
  const takesOver = organization.settings.scim === undefined;
  // the user's row is locked by this: two browsers that open the account for the first time link it once
  await tx.recordLogin({ userId, subject, profile: decision.profile, facts, now, takesOver });
  if ((await tx.findUserBySubject(subject)) !== undefined) return { is: 'known', user };
  await tx.linkIdentity(userId, subject, facts, now);
  await endUnproved(context, user);
  return { is: 'linked', user, how: 'alias' };
}

/** Not recorded: whoever makes an id up could fill the log. */
function notOffered(): LoginRefused {
  return new LoginRefused('account_not_offered', 'account_offered', 'The session offers no such account, or is over.');
}
