import type { OrganizationTransaction, StoredUser } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { checkIdentityProvider, checkSessionEnd, checkUserActive } from './checks.ts';
import { checkManagedAccess, decidedForUser, isManaged } from './directory-user.ts';
import { identityMail } from '../account/identity-mail.ts';
import { identityLinked, passwordRemoved, unchangedEvents } from './events.ts';
import type { Flow } from './flow.ts';
import type { LoginToFinish } from './login-context.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { unchanged } from './store-login.ts';

/** One login by an account of the user's own: an identity provider with `consumerAccounts: link`. */
interface LinkedLogin {
  readonly tx: OrganizationTransaction;
  readonly organization: Organization;
  readonly login: LoginToFinish;
  readonly flow: Flow;
  readonly now: Date;
}

/** Whether this identity provider signs in only whoever linked an account of it. */
export function linksOnly(organization: Organization, name: string): boolean {
  const identityProvider = organization.identityProvider(name);
  return identityProvider?.type === 'oidc' && identityProvider.linksOnly;
}

/**
 * The user who linked this subject. Nobody is created, and nobody is found by e-mail address: a consumer account says nothing of
 * the company's people. Facts decide nothing either, so grants and profile stay as they are. Somebody whom the directory gives
 * no access has none by this way either.
 * @throws LoginRefused `identity_not_linked`, `user_disabled`, `user_deactivated`, `idp_disabled`, or as the mapping says
 */
export async function checkLinked({ tx, organization, login, flow, now }: LinkedLogin): Promise<StoredUser> {
  checkIdentityProvider(organization, login, flow);
  const user = await tx.findUserBySubject(subjectOf(login));
  if (!user) {
    const message = 'Sign in as usual, and link the account at /account/identities.';
    throw new LoginRefused('identity_not_linked', 'user_found', message, { got: 'no user with this subject' });
  }
  checkUserActive({ flow }, user);
  if (isManaged(organization, user)) checkManagedAccess(decidedForUser({ organization, flow, now }, user), user);
  flow.pass('user_found', 'by a linked account');
  return user;
}

/** Signs the user in. @throws LoginRefused as `checkLinked` */
export async function signInLinked(linked: LinkedLogin): Promise<OpenedSession> {
  const { tx, login, flow, now } = linked;
  const user = await checkLinked(linked);
  const expiresAt = checkSessionEnd(linked);
  const subject = subjectOf(login);
  await tx.recordLinkedLogin(user.userId, subject, addressOnly(login), now);
  const session = await openSession({ ...linked, subject }, unchanged(user), expiresAt);
  await flow.succeed(tx, user.userId, unchangedEvents(linked, user), now);
  return session;
}

/**
 * Links the VERIFIED subject to the user who asked for it. Bound once: to nobody else, and one per identity provider. From then on
 * the user's password signs in no longer.
 * @throws LoginRefused `link_session_ended`, `identity_taken`, `identity_already_linked`
 */
export async function linkToUser(linked: LinkedLogin, userId: string, session: Buffer | undefined): Promise<void> {
  const { tx, organization, login, flow, now } = linked;
  checkIdentityProvider(organization, login, flow);
  if (session === undefined || !linksOnly(organization, login.identityProvider)) throw linkSessionEnded();
  const subject = subjectOf(login);
  const owner = await tx.findUserBySubject(subject);
  if (owner && owner.userId !== userId) throw taken();
  const outcome = await tx.linkOwn({ userId, session, subject, facts: addressOnly(login), now });
  if (outcome === 'session_ended') throw linkSessionEnded();
  if (outcome === 'bound') throw alreadyLinked();
  flow.pass('identity_linked', 'by the user');
  const { identityProvider, traceId } = login;
  const account = await tx.accounts.byUser(userId);
  const hadPassword = await tx.accounts.removePassword(userId);
  const removed = hadPassword ? [passwordRemoved({ userId, identityProvider, traceId, now })] : [];
  await flow.succeed(tx, userId, [identityLinked(linked, userId), ...removed], now);
  if (account) await tx.mail(identityMail(organization, account, { what: 'linked', identityProvider, now }), now);
}

/** All that is kept of a consumer account: the address, for its owner to know it by. */
function addressOnly({ facts }: LoginToFinish): LoginToFinish['facts'] {
  const { email } = facts;
  return email === undefined ? {} : { email };
}

function subjectOf({ identityProvider, nameId }: LoginToFinish) {
  return { identityProvider, nameId };
}

function linkSessionEnded(): LoginRefused {
  const message = 'The browser is not signed in any more as the user who began to link an account.';
  return new LoginRefused('link_session_ended', 'same_user', message);
}

function taken(): LoginRefused {
  return new LoginRefused('identity_taken', 'identity_free', 'Unlink the account from the other user first.');
}

function alreadyLinked(): LoginRefused {
  const message = 'Unlink the account of this identity provider that the user has, first.';
  return new LoginRefused('identity_already_linked', 'identity_free', message);
}
