import type { LocalAccount, OutgoingMail } from '@rolecall/persistence';
import type { Organization } from '../organizations/organization.ts';

/** Tells somebody that an account elsewhere signs them in from now on, or no longer. */
export function identityMail(
  organization: Organization,
  { user }: LocalAccount,
  change: { readonly what: 'linked' | 'unlinked'; readonly identityProvider: string; readonly now: Date },
): OutgoingMail {
  const { what, identityProvider, now } = change;
  const { displayName: account = identityProvider } = organization.identityProvider(identityProvider) ?? {};
  return { kind: 'identity-changed', to: user.profile.email ?? '', data: { what, account, at: now.toISOString() } };
}
