import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import type { Organizations } from '../organizations/organizations.ts';

/** The organization that a path names, by its present or a former name. @throws LoginRefused `unknown_organization` */
export async function organizationNamed(organizations: Organizations, unverified: unknown): Promise<Organization> {
  const organization = typeof unverified === 'string' ? await organizations.byName(unverified) : undefined;
  if (organization) return organization;
  throw new LoginRefused('unknown_organization', 'organization_known', 'No organization has this name.');
}
