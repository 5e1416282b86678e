import { emailDomainOf, mayIdentify } from '@rolecall/org-config';
import type { ApplicationSession } from '@rolecall/persistence';
import type { Organization } from '../organizations/organization.ts';

/** Claims by scope; what a scope asks for stands in the ID token and at the userinfo endpoint. */
export const CLAIMS_OF_SCOPES = {
  openid: ['sub', 'organization'],
  profile: ['name', 'given_name', 'family_name'],
  email: ['email', 'email_verified'],
  roles: ['grants', 'groups'],
};

/**
 * What an application may learn of a user, as it is at this moment. An address is verified when its domain is the organization's, asserted
 * or proved: then nobody could sign in, or be provisioned, under an address of another's.
 */
export function claimsOf(
  { user, grants, groups, organization: name }: ApplicationSession,
  organization: Organization,
): { sub: string; [claim: string]: unknown } {
  const { email } = user;
  const claims = {
    organization: name,
    name: user.displayName,
    given_name: user.givenName,
    family_name: user.familyName,
    email,
    email_verified: email === undefined ? undefined : isVerified(email, organization),
    grants,
    groups,
  };
  const known = Object.entries(claims).filter(([, value]) => value !== undefined);
  return { sub: user.id, ...Object.fromEntries(known) };
}

function isVerified(email: string, { snapshot }: Organization): boolean {
  return mayIdentify(email) && snapshot.emailDomains.includes(emailDomainOf(email));
}
