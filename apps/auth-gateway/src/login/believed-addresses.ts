import { emailDomainOf, mayIdentify } from '@rolecall/org-config';
import type { StoredUser } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { LoginContext, LoginToFinish } from './login-context.ts';

/** Whether an address that the IdP said tells who somebody is: it vouches for it, and the organization has its domain. */
export function identifies(context: LoginContext, email: string): boolean {
  const vouched = mayIdentify(email) && isVouchedFor(context.login, email);
  return vouched && emailDomainsOf(context)?.includes(emailDomainOf(email)) === true;
}

/** Users whom the asserted address identifies: none unless the IdP vouches for it, and the organization for its domain. */
export async function linkableUsers(context: LoginContext): Promise<readonly StoredUser[]> {
  const { tx, login, saidEmail } = context;
  return saidEmail !== undefined && identifies(context, saidEmail)
    ? tx.findLinkableUsers(saidEmail, login.identityProvider)
    : [];
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
  const domain = emailDomainOf(email);
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
 * A known user's new address, where the organization declares its e-mail domains, must be one that the identity provider
 * vouches for: applications read the address of the session, and somebody could take another's (O5, O7).
 */
export function checkKnownEmail(context: LoginContext, known: StoredUser): void {
  const { organization, login, decision } = context;
  const { email } = decision.profile;
  if (organization.settings.emailDomains.length === 0 || email === undefined || email === known.profile.email) return;
  if (!isVouchedFor(login, email)) throw emailNotVerified('the address that the user has, or a verified one');
}

/**
 * An organization that declares no e-mail domains is believed about any address but those of a domain that another one has, by
 * a proof or by word: nobody new is created with one, nor gets one (O8).
 */
async function checkNobodyElsesDomain({ tx, flow }: LoginContext, email: string): Promise<void> {
  const check = 'email_domain_allowed';
  const domain = emailDomainOf(email);
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

/** Whether the identity provider vouches for this very address. */
export function isVouchedFor({ vouchedEmails }: LoginToFinish, email: string): boolean {
  return vouchedEmails === 'any' || vouchedEmails.includes(email);
}

/** @param want for the flow record: which address would have done */
export function emailNotVerified(want: string): LoginRefused {
  return new LoginRefused(
    'email_not_verified',
    'user_found',
    'Let the identity provider verify the e-mail address and send email_verified, or create the user first.',
    { want, got: 'an address that the identity provider has not verified' },
  );
}
