import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import type { StoredUser, VerifiedLogin } from '@rolecall/persistence';
import { PROFILE_FIELDS, type Refusal } from '@rolecall/role-mapping';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { domainOf, mayLink } from './email-address.ts';
import type { Flow } from './flow.ts';
import type { LoginContext, LoginToFinish, Person } from './login-context.ts';

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

/**
 * Who a subject without an account is (design §5 rule 6): the one user with this e-mail address, when the organization
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

/** Users whom the asserted address identifies: none unless the IdP vouches for it, and the organization for its domain. */
export async function linkableUsers(context: LoginContext): Promise<readonly StoredUser[]> {
  const { tx, login, saidEmail } = context;
  return saidEmail !== undefined && identifies(context, saidEmail)
    ? tx.findLinkableUsers(saidEmail, login.identityProvider)
    : [];
}

/** Whether an address that the IdP said tells who somebody is: it vouches for it, and the organization has its domain. */
export function identifies(context: LoginContext, email: string): boolean {
  const vouched = mayLink(email) && isVouchedFor(context.login, email);
  return vouched && emailDomainsOf(context)?.includes(domainOf(email)) === true;
}

/**
 * The domains whose addresses the identity provider is believed: its own, else all of the organization, as far as these are
 * asserted or proved. undefined = any, where the organization declares none.
 */
function emailDomainsOf({ organization, identityProvider }: LoginContext): readonly string[] | undefined {
  if (organization.settings.emailDomains.length === 0) return undefined;
  const { emailDomains } = organization.snapshot;
  const own = identityProvider.emailDomains;
  return own === undefined ? emailDomains : emailDomains.filter((domain) => own.includes(domain));
}

/**
 * An organization that declares its e-mail domains is heard about addresses of these alone (rule G16), also at the later
 * logins of a user: applications read the address of the session. A user who is known under an address stays so while its
 * domain waits for a proof, new or lost.
 */
export async function checkEmailDomain(context: LoginContext, known: StoredUser | undefined): Promise<void> {
  const { organization, identityProvider, decision, flow } = context;
  const emailDomains = emailDomainsOf(context);
  const { email } = decision.profile;
  if (email === undefined) return;
  const check = 'email_domain_allowed';
  const domain = domainOf(email);
  if (emailDomains === undefined) {
    if (known?.profile.email !== email) await checkNobodyElsesDomain(context, email);
    return;
  }
  if (emailDomains.includes(domain)) {
    flow.pass(check);
    return;
  }
  const declared = (identityProvider.emailDomains ?? organization.settings.emailDomains).includes(domain);
  if (declared && known?.profile.email === email) {
    flow.pass(check, 'the domain is not proved; the user has had this address before');
    return;
  }
  const what = declared ? 'Prove the domain: rolecall domains shows the record.' : 'Add the domain to emailDomains.';
  throw new LoginRefused('email_domain_not_allowed', check, `${what} Or correct the address.`, {
    want: `an e-mail address of ${emailDomains.join(', ') || 'a proved domain, and none is'}`,
    got: `an address of ${domain || 'no domain'}`,
  });
}

/**
 * An organization that declares no e-mail domains is believed about any address but those of a domain that another one has, by
 * a proof or by word: nobody new is created with one, nor gets one (O8).
 */
async function checkNobodyElsesDomain({ tx, flow }: LoginContext, email: string): Promise<void> {
  const check = 'email_domain_allowed';
  const domain = domainOf(email).replace(/\.$/, '');
  // what is no plain address, somebody else may read as one
  const isAmbiguous = domain === '' && email.normalize('NFKC').includes('@');
  if (!isAmbiguous && !(await tx.isDomainOfAnother(domain))) {
    flow.pass(check);
    return;
  }
  const what = isAmbiguous ? 'This is no plain address.' : 'The domain belongs to another organization.';
  throw new LoginRefused('email_domain_not_allowed', check, `${what} Correct the address, or clear up whose it is.`, {
    want: 'an e-mail address of no other organization',
    got: `an address of ${domain || 'no domain'}`,
  });
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

/**
 * A known user's new address, where the organization declares its e-mail domains, must be one that the identity provider
 * vouches for: applications read the address of the session, and somebody could take another's (O5, O7).
 */
export function checkKnownEmail(context: LoginContext, known: StoredUser): void {
  const { organization, login, decision } = context;
  const { email } = decision.profile;
  if (organization.settings.emailDomains.length === 0 || email === undefined || email === known.profile.email) return;
  if (!isVouchedFor(login, email)) throw emailNotVerified('the address that the user has, or a verified one');
}

function emailNotVerified(want: string): LoginRefused {
  return new LoginRefused(
    'email_not_verified',
    'user_found',
    'Let the identity provider verify the e-mail address and send email_verified, or create the user first.',
    { want, got: 'an address that the identity provider has not verified' },
  );
}

function isVouchedFor({ vouchedEmails }: LoginToFinish, email: string): boolean {
  return vouchedEmails === 'any' || vouchedEmails.includes(email);
}
