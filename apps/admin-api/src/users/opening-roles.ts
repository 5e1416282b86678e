import type { Administrator, Database, OrganizationRecord, Role } from '@rolecall/persistence';
import { requireRight } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';

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
  /** With which `requireSayOver` is asked once the user is locked: who was given such a role meanwhile has it. */
  readonly opening: OpeningRoles;
}

/**
 * The organization of a user who is to be edited, stopped, let in again, deleted or signed out, and which of its roles are out of reach.
 * @param name UNTRUSTED
 * @throws Problem 404 `unknown_organization`
 */
export async function organizationOfUser(
  database: Pick<Database, 'registry' | 'platform'>,
  name: string,
): Promise<OrganizationOfUser> {
  const organization = await knownOrganization(database, name);
  return { ...organization, opening: await openingRoles(database, organization) };
}

/** Who does something to a user, as the audit log names it; their say over the user is judged behind the user's lock. */
export function administratorOf({ opening }: OrganizationOfUser, caller: Principal, now: Date): Administrator {
  const { actor } = caller;
  return opening === undefined
    ? { actor, now }
    : { actor, now, requireSayOver: (held) => requireSayOver(opening, held, caller) };
}
