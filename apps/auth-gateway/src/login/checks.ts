import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import type { StoredUser, VerifiedLogin } from '@rolecall/persistence';
import { PROFILE_FIELDS, type Refusal } from '@rolecall/role-mapping';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Flow } from './flow.ts';
import type { LoginContext } from './login-context.ts';

/** The identity provider of the login still exists and may sign users in; a test may run before it is switched on. */
export function checkIdentityProvider(
  organization: Organization,
  login: VerifiedLogin,
  flow: Flow,
): EffectiveIdentityProvider {
  const identityProvider = organization.identityProvider(login.identityProvider);
  const check = 'identity_provider_enabled';
  if (!identityProvider) {
    throw new LoginRefused('unknown_identity_provider', check, 'The identity provider was removed during the login.');
  }
  if (!identityProvider.enabled && login.mode === 'login') {
    throw new LoginRefused('idp_disabled', check, 'Set enabled: true for this identity provider, or remove its links.');
  }
  if (login.unsolicited && !(identityProvider.type === 'saml' && identityProvider.allowIdpInitiated)) {
    const message = 'Sign-ins that begin at the identity provider were switched off meanwhile.';
    throw new LoginRefused('unsolicited_response', 'answer_expected', message);
  }
  flow.pass(check, identityProvider.enabled ? undefined : 'disabled: only a test may use it');
  return identityProvider;
}

/** A disabled user gets in by no identity provider. Nobody yet is fine: later checks decide about new users. */
export function checkUserActive({ flow }: Pick<LoginContext, 'flow'>, user: StoredUser | undefined): void {
  if (user?.status === 'disabled') {
    if (user.directory) throw deactivated(user);
    throw new LoginRefused(
      'user_disabled',
      'user_active',
      'Enable the user, or take the application away at the identity provider.',
      {
        got: `user ${user.userId} is disabled`,
      },
    );
  }
  if (user) flow.pass('user_active');
}

function deactivated({ userId }: StoredUser): LoginRefused {
  const message =
    'Assign the user to the application again at the identity provider, whose directory switched the user off.';
  return new LoginRefused('user_deactivated', 'user_active', message, {
    want: 'active: true in the directory (SCIM)',
    got: `user ${userId} is deactivated; rolecall scim log shows since when`,
  });
}

/** The refusal of the organization's mapping as a refused login: names the attribute, what it said and what is known. */
export function decisionRefused({ code, reason, attribute, got, known }: Refusal): LoginRefused {
  const about = attribute ?? 'facts';
  return new LoginRefused(code, 'access_decided', reason, {
    want: known === undefined ? reason : `${about}: one of ${known.join(', ')}`,
    got: `${about}: ${got === undefined ? 'absent' : got.join(', ') || 'no value'}`,
  });
}

/** SDP-G02: deployments agree on values of 256 characters. What is longer would not fit an index, nor a page. */
const MAX_PROFILE_LENGTH = 256;

/** What the user is called fits everywhere where it is shown and looked up. */
export function checkProfileFits({ decision, flow }: LoginContext): void {
  const check = 'profile_fits';
  const long = PROFILE_FIELDS.find((field) => (decision.profile[field] ?? '').length > MAX_PROFILE_LENGTH);
  if (long === undefined) {
    flow.pass(check);
    return;
  }
  throw new LoginRefused('value_too_long', check, `Let the identity provider send a shorter ${long}.`, {
    want: `${MAX_PROFILE_LENGTH} characters at most`,
    got: `${long}: ${decision.profile[long]?.length} characters`,
  });
}

/**
 * When the session will end at the latest: with the organization's lifetime or with the IdP's own session, whichever is
 * earlier. That may be over already when a browser comes back late.
 */
export function checkSessionEnd({
  organization,
  login,
  now,
}: Pick<LoginContext, 'organization' | 'login' | 'now'>): Date {
  const lifetimeEnd = now.getTime() + organization.settings.sessionLifetimeSeconds * 1_000;
  const expiresAt = new Date(Math.min(lifetimeEnd, login.sessionNotOnOrAfter?.getTime() ?? lifetimeEnd));
  if (expiresAt > now) return expiresAt;
  throw new LoginRefused(
    'session_expired',
    'session_end',
    'Sign in at the identity provider again: its session is over.',
    {
      got: expiresAt.toISOString(),
    },
  );
}
