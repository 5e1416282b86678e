import type { StoredUser } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { emailNotVerified, isVouchedFor, linkableUsers } from './believed-addresses.ts';
import { checkUserActive } from './checks.ts';
import type { LoginContext, Person } from './login-context.ts';

/**
 * Who a subject without an account is: the one user with this e-mail address, when the organization
 * vouches for the domain and the user has no other identity at this IdP; else the first of `accounts`, whose addresses are
 * aliases of it; else a new user, when one may be created.
 */
export async function identify(context: LoginContext, accounts: readonly StoredUser[]): Promise<Person> {
  const { organization, login, decision, flow } = context;
  const { email } = decision.profile;
  const [only, another] = await linkableUsers(context);
  if (only && !another) {
    checkUserActive(context, only);
    flow.pass('user_found', 'by verified e-mail address');
    return { is: 'linked', user: only, how: 'verified_email' };
  }
  const [alias] = another ? [] : accounts;
  if (alias) {
    flow.pass('user_found', 'by an alias of a verified e-mail address');
    return { is: 'linked', user: alias, how: 'alias' };
  }
  checkMayBeCreated(organization, email, email !== undefined && isVouchedFor(login, email));
  flow.pass('user_found', another ? 'new: several users have this e-mail address' : 'new: created just in time');
  return { is: 'new' };
}

/** Just-in-time creation: switched on, and only with a vouched e-mail address when the organization declares its domains. */
function checkMayBeCreated({ settings }: Organization, email: string | undefined, vouched: boolean): void {
  const check = 'user_found';
  if (!settings.jitEnabled) {
    throw new LoginRefused('not_provisioned', check, 'Create the user first, or set jit.enabled: true.', {
      got: 'no user with this subject',
    });
  }
  if (settings.emailDomains.length === 0 || vouched) return;
  const want = `an e-mail address of ${settings.emailDomains.join(', ')}`;
  if (email === undefined) {
    throw new LoginRefused(
      'email_missing',
      check,
      'Let the identity provider send the e-mail address, or name its attribute.',
      { want, got: 'no attribute email' },
    );
  }
  throw emailNotVerified(want);
}
