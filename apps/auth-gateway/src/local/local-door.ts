import { localSignIn } from '@rolecall/org-config';
import type { LocalAccount } from '@rolecall/persistence';
import { linksOnly } from '../login/linked-login.ts';
import type { Organization } from '../organizations/organization.ts';

/**
 * Why an account may not be signed in by a password now, nor be given one; undefined = it may. For the flow record: a visitor is told
 * none of it (security-checklist.md 32).
 */
export function closedDoor(organization: Organization, account: LocalAccount, now: Date): string | undefined {
  const { user, identityProviders } = account;
  if (user.status === 'disabled') return 'the user is disabled';
  const decided = localSignIn(organization.settings, user.profile.email ?? '', now);
  if (!decided.allowed) return `${decided.code}: the user is to sign in at the identity provider`;
  const linked = identityProviders.find((name) => linksOnly(organization, name) && isEnabled(organization, name));
  return linked === undefined ? undefined : `the user signs in by a linked account of ${linked} instead`;
}

/** When a session by password that is opened now ends at the latest: one that needs an exemption ends with it. */
export function sessionEnd({ settings }: Organization, { user }: LocalAccount, now: Date): Date {
  const end = new Date(now.getTime() + settings.sessionLifetimeSeconds * 1_000);
  const decided = localSignIn(settings, user.profile.email ?? '', now);
  return decided.allowed && decided.because === 'exempt' && decided.until < end ? decided.until : end;
}

function isEnabled(organization: Organization, name: string): boolean {
  return organization.identityProvider(name)?.enabled === true;
}

/** Whether anybody at all may sign in here by a password: whether the page asks for one. */
export function hasLocalDoor({ settings }: Organization, now: Date): boolean {
  const anybody = ['', ...Object.keys(settings.login.exemptions)];
  return anybody.some((address) => localSignIn(settings, address, now).allowed);
}
