import type { Database, OrganizationRecord, Role } from '@rolecall/persistence';
import { requireRight } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { knownUser } from './known-user.ts';

/** Names of the roles that open the deployment to users of an organization; undefined = it does not administer the deployment. */
export type OpeningRoles = ReadonlySet<string> | undefined;

export async function openingRoles(
  { platform }: Pick<Database, 'platform'>,
  { name }: Pick<OrganizationRecord, 'name'>,
): Promise<OpeningRoles> {
  const administration = (await platform.live())?.document.spec.administration;
  if (administration?.organization !== name) return undefined;
  const { adminRole, auditorRole } = administration;
  return new Set([adminRole, auditorRole].filter((role) => role !== undefined));
}

/**
 * Whoever may only edit users has no say over the roles that open the deployment, nor over who holds one.
 * @throws Problem 403 `missing_right`
 */
export function requireSayOver(
  opening: OpeningRoles,
  roles: readonly Pick<Role, 'role'>[],
  caller: Pick<Principal, 'kind' | 'name' | 'rights'>,
): void {
  const found = roles.find(({ role }) => opening?.has(role));
  if (found) requireRight(caller, 'platform.apply', `the role ${found.role}, which administers the deployment,`);
}

/**
 * A link in the answer lets whoever asks into the account first; what its person is given later would open the deployment to them as well.
 * @throws Problem 403 `missing_right`
 */
export function requireLinkToPrint(opening: OpeningRoles, caller: Pick<Principal, 'kind' | 'name' | 'rights'>): void {
  if (opening === undefined) return;
  requireRight(caller, 'platform.apply', 'a link into an account of the organization that administers the deployment');
}

export interface OrganizationOfUser extends OrganizationRecord {
  /** With which `requireSayOver` is asked again once the user is locked: who was given such a role meanwhile has it. */
  readonly opening: OpeningRoles;
}

/**
 * The organization of a user over whom the caller has a say: who is stopped, let in again, deleted or signed out.
 * @param name UNTRUSTED @param userId UNTRUSTED; looked up only where it matters
 * @throws Problem 404 `unknown_organization`, `unknown_user`, 403 `missing_right`
 */
export async function organizationOfUser(
  database: Pick<Database, 'registry' | 'platform' | 'users'>,
  [name, userId]: readonly [string, string],
  caller: Principal,
  now: Date,
): Promise<OrganizationOfUser> {
  const organization = await knownOrganization(database, name);
  const opening = await openingRoles(database, organization);
  if (opening === undefined) return { ...organization, opening };
  requireSayOver(opening, (await knownUser(database, organization.organizationId, userId, now)).grants, caller);
  return { ...organization, opening };
}
