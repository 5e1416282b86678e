import { emailDomainOf } from '@rolecall/org-config';
import { profileOf, type ResourceBody } from '@rolecall/scim';
import type { DirectoryOrganization } from './organization.ts';
import { foreignDomain, noPlainAddress } from './refusals.ts';

/** The address that a user is known by: what the facts call `email`. */
export function primaryEmail(body: ResourceBody): string | undefined {
  return profileOf(body).email;
}

/**
 * The primary address must be a plain one, in tolerant mode too: what others read as two addresses, or as one of another domain, would
 * pass the checks of its domain. An organization that declares e-mail domains gets users of those that are proved or vouched for alone. An address that a user
 * has already is no reason to refuse a change of something else.
 * @throws ScimError
 */
export function requireOwnDomain(organization: DirectoryOrganization, body: ResourceBody, before?: ResourceBody): void {
  const email = primaryEmail(body);
  if (email === undefined || email === (before && primaryEmail(before))) return;
  const domain = emailDomainOf(email);
  if (domain === '') throw noPlainAddress();
  if (organization.settings.emailDomains.length === 0 || organization.vouchesFor(domain)) return;
  throw foreignDomain(domain, organization);
}
