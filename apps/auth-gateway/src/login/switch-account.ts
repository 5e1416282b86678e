import type { OrganizationTransaction } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { aliasSubject } from './aliases.ts';
import { checkAccess, decideLogin, withAddressOf } from './check-login.ts';
import { checkSessionEnd } from './checks.ts';
import type { Completion } from './complete-login.ts';
import { signedInEvents } from './events.ts';
import { isManaged } from './directory-user.ts';
import { Flow } from './flow.ts';
import type { LoginToFinish, Person } from './login-context.ts';
import { endUnproved, openSession, storeGrants } from './writes.ts';

/** Which account a signed-in browser asks for. */
export interface AccountWish {
  readonly tokenHash: Buffer;
  /** UNVERIFIED. */
  readonly userId: string;
  /** A short name for people, of known words only. */
  readonly browser: string;
  readonly traceId: string;
}

/**
 * Opens another account of the person whose session this is: one that their login offered (`aliasAccounts`), as a login of its
 * own with what the identity provider said then, and no longer than the session. Everything in the caller's transaction.
 */
export async function switchAccount(
  tx: OrganizationTransaction,
  organization: Organization,
  { tokenHash, userId, browser, traceId }: AccountWish,
  now: Date,
): Promise<Completion> {
  const session = await tx.liveSession(tokenHash, now);
  const offered = session?.announcement?.accounts ?? [];
  const [user] = offered.includes(userId) ? await tx.findUsers([userId]) : [];
  const facts = session && (await tx.factsOf(session.subject));
  const identityProvider = session && organization.identityProvider(session.subject.identityProvider);
  const home = session && (await tx.findUserBySubject(session.subject));
  // of somebody whom the directory manages no facts are kept that could decide about an alias
  const isTaken = isManaged(organization, user) || isManaged(organization, home);
  if (!user || isTaken || !facts || identityProvider?.aliases !== 'plus') {
    return { outcome: 'refused', traceId, refusal: notOffered() };
  }
  const { name, type: protocol } = identityProvider;
  const vendor = organization.vendorOf(name, now);
  const flow = new Flow({ protocol, traceId, mode: 'login', identityProvider: name, vendor, startedAt: now });
  const own = home?.userId === userId ? session.subject : aliasSubject(session.subject, userId);
  const login: LoginToFinish = {
    identityProvider: name,
    traceId,
    returnTo: session.announcement?.returnTo,
    mode: 'login',
    startedAt: now,
    nameId: own.nameId,
    sessionIndex: session.sessionIndex,
    sessionNotOnOrAfter: session.expiresAt,
    facts,
    unsolicited: false,
    vouchedEmails: [],
    browser,
  };
  try {
    const context = withAddressOf(decideLogin(tx, organization, login, flow, now), user);
    const expiresAt = checkSessionEnd(context);
    await checkAccess(context, user);
    // the user's row is locked by this: two browsers that open the account for the first time link it once
    const takesOver = organization.settings.scim === undefined;
    await tx.recordLogin({ userId, subject: own, profile: context.decision.profile, facts, now, takesOver });
    const isLinked = (await tx.findUserBySubject(own)) !== undefined;
    if (!isLinked) {
      await tx.linkIdentity(userId, own, facts, now);
      await endUnproved(context, user);
    }
    const person: Person = isLinked ? { is: 'known', user } : { is: 'linked', user, how: 'alias' };
    flow.pass('account_chosen', 'one that the login offered');
    const changes = await storeGrants(context, user);
    const accounts = [...offered.filter((id) => id !== userId), session.userId].map((id) => ({ userId: id }));
    // the session is the identity provider's subject's: by that name it's logged out there
    const opened = await openSession(
      { ...context, subject: session.subject },
      user,
      false,
      changes,
      expiresAt,
      accounts,
    );
    await flow.succeed(tx, userId, signedInEvents(context, person, user, false, changes), now);
    return { outcome: 'signed_in', traceId, identityProvider: name, session: { ...opened, choose: false } };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId, refusal: error };
  }
}

/** Not recorded: whoever makes an id up could fill the log. */
function notOffered(): LoginRefused {
  return new LoginRefused('account_not_offered', 'account_offered', 'The session offers no such account, or is over.');
}
