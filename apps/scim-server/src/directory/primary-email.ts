import { profileOf, type ResourceBody } from '@rolecall/scim';
import type { DirectoryOrganization } from './organization.ts';
import { foreignDomain } from './refusals.ts';

/** The address that a user is known by: what the facts call `email`. */
export function primaryEmail(body: ResourceBody): string | undefined {
  return profileOf(body).email;
}

/** Of an address; lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

/**
 * An organization that declares e-mail domains gets users of those that are proved or vouched for alone. An address that a user
 * has already is no reason to refuse a change of something else.
 * @throws ScimError
 */
export function requireOwnDomain(organization: DirectoryOrganization, body: ResourceBody, before?: ResourceBody): void {
  if (organization.settings.emailDomains.length === 0) return;
  const email = primaryEmail(body);
  if (email === undefined || email === (before && primaryEmail(before))) return;
  if (!organization.vouchesFor(domainOf(email))) throw foreignDomain(domainOf(email), organization);
}
