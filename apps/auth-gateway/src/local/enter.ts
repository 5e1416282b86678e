import {
  type LocalAccount,
  localSubject,
  LOCAL_SIGN_IN,
  newOrganizationToken,
  type OrganizationTransaction,
  sha256,
} from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { Completion } from '../login/complete-login.ts';
import { checkManagedAccess, decidedForUser, isManaged } from '../login/directory-user.ts';
import { unchangedEvents } from '../login/events.ts';
import type { Flow } from '../login/flow.ts';
import { openSession } from '../login/open-session.ts';
import { unchanged } from '../login/store-login.ts';
import type { Organization } from '../organizations/organization.ts';
import { emailCodeHash, newEmailCode } from '../second-factors/codes.ts';
import { signInFailed, type VerifiedPassword } from './check-password.ts';
import { closedDoor, sessionEnd } from './local-door.ts';
import { deviceHash, type Visitor } from './visitor.ts';

/** What a sign-in by password is decided on: everything in the caller's transaction, under one revision of the document. */
export interface LocalLogin {
  readonly tx: OrganizationTransaction;
  readonly organization: Organization;
  readonly verified: VerifiedPassword;
  readonly visitor: Visitor;
  readonly returnTo: string | undefined;
  readonly flow: Flow;
  readonly now: Date;
}

/** What comes of a right password: the login ends as any other, or the browser is asked for a second factor first. */
export type LocalCompletion =
  | Extract<Completion, { readonly outcome: 'signed_in' | 'refused' }>
  /** `handle` is for the browser's cookie alone; a code is mailed after the commit. */
  | { readonly outcome: 'second_factor'; readonly handle: string; readonly factor: 'totp' | 'email_code' };

/** The second factor that a sign-in of the account is asked for. */
export function factorOf({ settings }: Organization, { totp }: LocalAccount): 'totp' | 'email_code' | undefined {
  if (totp) return 'totp';
  return settings.login.secondFactor === 'required' ? 'email_code' : undefined;
}

/**
 * The second half of a sign-in whose password was right: a session, or the wait for a second factor. An apply may have closed the door
 * since: it's looked at again, under a revision that is held.
 */
export async function enter(login: LocalLogin): Promise<LocalCompletion> {
  const { tx, organization, flow, now } = login;
  await tx.accounts.holdRevision(organization.snapshot.revision);
  try {
    const account = await openAccount(login);
    const factor = factorOf(organization, account);
    if (factor === undefined) return await signedIn(login, account);
    return { outcome: 'second_factor', handle: await awaitFactor(login), factor };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId: flow.head.traceId, refusal: error };
  }
}

/** The account as it is now, with the password that was right and an open door. @throws LoginRefused `sign_in_failed` */
export async function openAccount({ tx, organization, verified, flow, now }: LocalLogin): Promise<LocalAccount> {
  const account = await tx.accounts.byUser(verified.userId);
  if (account?.password?.changedAt.getTime() !== verified.changedAt.getTime()) {
    throw signInFailed('the password was changed meanwhile');
  }
  const closed = closedDoor(organization, account, now) ?? withoutAccess({ organization, flow, now }, account);
  if (closed !== undefined) throw signInFailed(closed);
  flow.pass('password_right');
  return account;
}

/** Somebody whom the directory gives no access has none by a password either. */
function withoutAccess(context: Pick<LocalLogin, 'organization' | 'flow' | 'now'>, { user }: LocalAccount) {
  if (!isManaged(context.organization, user)) return undefined;
  try {
    checkManagedAccess(decidedForUser(context, user), user);
    return undefined;
  } catch (error) {
    if (error instanceof LoginRefused) return `${error.code}: the directory gives no access`;
    throw error;
  }
}

/** Notes that the password was right, for ten minutes and this browser. */
async function awaitFactor({ tx, organization, verified, visitor, returnTo, now }: LocalLogin): Promise<string> {
  const { value: handle, hash: handleHash } = newOrganizationToken(organization.id);
  await tx.signIns.begin({
    handleHash,
    browserHash: sha256(visitor.flowCookie),
    userId: verified.userId,
    passwordChangedAt: verified.changedAt,
    traceId: visitor.traceId,
    returnTo,
    startedAt: verified.startedAt,
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
  });
  return handle;
}

/** Mails a new code, which makes the one before it worthless. */
export async function mailCode(
  tx: OrganizationTransaction,
  { user }: LocalAccount,
  handle: string,
  handleHash: Buffer,
  now: Date,
): Promise<void> {
  const code = newEmailCode();
  await tx.signIns.noteEmailCode(handleHash, emailCodeHash(handle, code));
  await tx.mail({ kind: 'email-code', to: user.profile.email ?? '', data: { code } }, now);
}

/** Opens the session of a user who has shown everything. */
export async function signedIn(login: LocalLogin, account: LocalAccount): Promise<LocalCompletion> {
  const { user, addressKey } = account;
  const { tx, organization, verified, visitor, returnTo, flow, now } = login;
  const { userId } = user;
  const { revision } = organization.snapshot;
  await tx.accounts.recordLogin({ userId, addressKey, passwordChangedAt: verified.changedAt, revision, now });
  if ((await tx.devices.note(userId, deviceHash(userId, visitor), now)) === 'new') {
    const data = { at: now.toISOString(), browser: visitor.browser };
    await tx.mail({ kind: 'new-device', to: user.profile.email ?? '', data }, now);
  }
  const { traceId } = flow.head;
  const named = {
    identityProvider: LOCAL_SIGN_IN,
    traceId,
    returnTo,
    sessionIndex: undefined,
    browser: visitor.browser,
  };
  const context = { tx, organization, now, flow, login: named, subject: localSubject(userId) };
  const session = await openSession(context, unchanged(user), sessionEnd(organization, account, now));
  await flow.succeed(tx, userId, unchangedEvents(context, user), now);
  return { outcome: 'signed_in', traceId, identityProvider: LOCAL_SIGN_IN, session };
}
