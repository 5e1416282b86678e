import { type Announcement, type GrantChanges, LOCAL_SIGN_IN, newOrganizationToken } from '@rolecall/persistence';
import type { StoredUser } from '@rolecall/persistence';
import type { LastLogin } from '../http/cookies.ts';
import type { LoginContext, LoginToFinish } from './login-context.ts';
import type { StoredLogin } from './store-login.ts';

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
  context: Pick<LoginContext, 'tx' | 'organization' | 'subject' | 'now' | 'flow'> & {
    readonly login: Pick<LoginToFinish, 'returnTo' | 'sessionIndex' | 'browser'>;
  },
  { user, created, changes }: StoredLogin,
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
    browser: login.browser,
    ...(subject.identityProvider === LOCAL_SIGN_IN && { revision: organization.snapshot.revision }),
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
