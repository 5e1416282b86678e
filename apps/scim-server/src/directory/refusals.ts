import type { Held } from '@rolecall/persistence';
import { ScimError } from '@rolecall/scim';
import type { DirectoryOrganization } from './organization.ts';

/* Why the directory refuses what the store could not do; one sentence each, with what to do. */

export function notFound(resourceType: 'User' | 'Group'): ScimError {
  return new ScimError(
    404,
    undefined,
    `there is no such ${resourceType === 'User' ? 'user' : 'group'} in this directory`,
  );
}

export function taken(attribute: 'userName' | 'externalId' | 'displayName' | 'emails'): ScimError {
  if (attribute === 'emails')
    return new ScimError(409, 'uniqueness', 'emails: the primary address is that of another user of this organization');
  const whose = attribute === 'displayName' ? 'group' : 'user';
  return new ScimError(409, 'uniqueness', `${attribute} is that of another ${whose} of this directory`);
}

export function domainOfAnother(): ScimError {
  return new ScimError(400, 'invalidValue', "emails: the primary address is of another organization's domain");
}

export function noPlainAddress(): ScimError {
  const text =
    'emails: the primary address is no plain e-mail address; send one like name@example.com, and nothing around it';
  return new ScimError(400, 'invalidValue', text);
}

/** @param domain of the user's primary address, which the client sent */
export function foreignDomain(domain: string, { snapshot, settings }: DirectoryOrganization): ScimError {
  const shown = domain.length <= 253 ? domain : 'that domain';
  const declared = settings.emailDomains.includes(domain);
  const todo = declared
    ? 'prove it first (rolecall domains shows the record)'
    : 'add it to emailDomains, or send another address';
  const known = snapshot.emailDomains.join(', ') || 'none yet';
  return new ScimError(
    400,
    'invalidValue',
    `emails: ${shown} is not a domain of this organization (${known}); ${todo}`,
  );
}

/** @param unknown ids that the client sent */
export function unknownMembers(unknown: readonly string[]): ScimError {
  // what is no id may be a name or an address
  const shown = unknown.filter((id) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)).slice(0, 3);
  const which = shown.length > 0 ? `: ${shown.join(', ')}${unknown.length > shown.length ? ', …' : ''}` : '';
  const count = unknown.length === 1 ? 'one value is' : `${unknown.length} values are`;
  const todo = 'provision the users first, or set spec.scim.unknownMembers: ignore';
  return new ScimError(400, 'invalidValue', `members: ${count} no user of this directory${which}; ${todo}`);
}

export function heldBack(
  { reason, holdId, offboarded, allowed }: Held,
  { settings }: DirectoryOrganization,
): ScimError {
  const why =
    reason === 'last_sso_admin'
      ? 'this is the last user who holds sso_admin'
      : `${offboarded} users were deactivated or deleted lately, and ${allowed} may be`;
  const todo = `release it if that is meant: rolecall scim release ${settings.name} ${holdId}`;
  return new ScimError(403, undefined, `held, nothing was changed: ${why}; ${todo}`);
}
