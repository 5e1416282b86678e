import type { Database, OrganizationRecord, OrganizationTransaction, Role } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { editRulesOf, requireEditable, requireGivable } from './editable-role.ts';
import type { EditRules } from './editable-role.ts';
import { latest } from './invite.ts';
import { lastSsoAdmin, sourceOf, unknownUser } from './known-user.ts';
import { requireSayOver } from './opening-roles.ts';

export type EditOutcome = 'granted' | 'revoked' | 'unchanged';

/** One wish to edit. Its texts are UNTRUSTED. */
export interface RoleEdit {
  readonly organization: string;
  readonly userId: string;
  readonly role: Role;
  readonly what: 'grant' | 'revoke';
  readonly takesLastSsoAdmin: boolean;
}

type Stores = Pick<Database, 'registry' | 'inOrganization' | 'platform' | 'reconcileState'>;

/**
 * Gives a user a role, or takes one, where roles are edited; tells the user by mail. An apply that comes in between decides first.
 * @throws Problem
 */
export async function editRole(database: Stores, edit: RoleEdit, caller: Principal, now: Date): Promise<EditOutcome> {
  return latest(async () => {
    const organization = await knownOrganization(database, edit.organization);
    const rules = await editRulesOf(database, organization, [edit.role.scope]);
    if (edit.what === 'grant') requireGivable(rules, edit.role, caller);
    return database.inOrganization(organization.organizationId, (tx) => editIn(tx, { rules, edit, caller, now }));
  });
}

interface Wanted {
  readonly rules: EditRules;
  readonly edit: RoleEdit;
  readonly caller: Principal;
  readonly now: Date;
}

async function editIn(tx: OrganizationTransaction, { rules, edit, caller, now }: Wanted): Promise<EditOutcome> {
  const { organization, opening } = rules;
  const { revision } = organization;
  const { userId, role, what } = edit;
  await tx.users.hold(revision);
  const user = await tx.users.lock(userId);
  if (user === undefined) throw unknownUser();
  if (what === 'revoke') requireSayOver(opening, user.grants, caller);
  const held = user.grants.find((grant) => grant.scope === role.scope && grant.role === role.role);
  requireEditable(rules, role, { managed: user.managed, held: held?.sources ?? [] });
  const isNew =
    what === 'grant' &&
    (await tx.users.grant([{ userId, ...role }], { source: sourceOf(caller, now), revision, now })) > 0;
  const isGone = what === 'revoke' && held !== undefined;
  if (isGone) {
    if (role.role === 'sso_admin' && guards(organization, edit)) await requireAnotherAdmin(tx, user.grants, edit, now);
    await tx.users.revoke([{ userId, ...role }]);
  }
  if (!isNew && !isGone) return 'unchanged';
  const changes = { granted: isNew ? [role] : [], revoked: isGone ? [role] : [] };
  await tx.audit([
    { type: 'grants.edited', at: now, actor: caller.actor, subject: userId, data: { revision, ...changes } },
  ]);
  if (user.email !== null && user.status === 'active')
    await tx.mail({ kind: 'roles-changed', to: user.email, data: changes }, now);
  return isNew ? 'granted' : 'revoked';
}

const guards = ({ document }: OrganizationRecord, { takesLastSsoAdmin }: RoleEdit) =>
  document.spec.login?.enforceSso === true && !takesLastSsoAdmin;

/** @throws Problem 409 `no_sso_admin` */
async function requireAnotherAdmin(
  tx: OrganizationTransaction,
  grants: readonly Role[],
  { userId, role }: RoleEdit,
  now: Date,
): Promise<void> {
  const elsewhere = grants.some((grant) => grant.role === 'sso_admin' && grant.scope !== role.scope);
  if (!elsewhere && (await tx.users.isLastSsoAdmin([userId], now))) throw lastSsoAdmin();
}

/** A role that a path names. @param scope UNTRUSTED @param role UNTRUSTED @throws Problem 404 `unknown_scope`, `unknown_role` */
export function roleOf(scope: string, role: string): Role {
  if (!isName(scope)) throw new Problem(404, 'unknown_scope', 'no organization can have a scope of such a name');
  if (!isName(role)) throw new Problem(404, 'unknown_role', 'no organization can have a role of such a name');
  return { scope, role };
}

const isName = (text: string) => /^[A-Za-z0-9._/-]{1,128}$/.test(text);
