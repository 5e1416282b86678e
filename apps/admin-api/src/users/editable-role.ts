import { effective } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Database, GrantSource, OrganizationRecord, Role } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { RevisionOrigin } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { entriesGiving, entryOf, inWords, undeclared } from './mapped-by.ts';
import { openingRoles, requireSayOver } from './opening-roles.ts';
import type { OpeningRoles } from './opening-roles.ts';

type Stores = Pick<Database, 'platform' | 'reconcileState'>;

/** By what the edits of one organization's users are judged. */
export interface EditRules {
  readonly organization: OrganizationRecord;
  readonly opening: OpeningRoles;
  /** Where the files of a collection declare the organization, for the words of a refusal. */
  readonly origin: RevisionOrigin | undefined;
}

/**
 * Reads them BEFORE the transaction of the edit: inside it they would need a second connection, and as many edits at once as there are
 * connections would wait for each other.
 * @param scopes whose roles are to be edited
 */
export async function editRulesOf(
  stores: Stores,
  organization: OrganizationRecord,
  scopes: Iterable<string>,
): Promise<EditRules> {
  const { appScopes } = effective(organization.document);
  const refuses = [...scopes].some((scope) => !appScopes.includes(scope));
  const origin = refuses ? await declaredIn(stores, organization.organizationId) : undefined;
  return { organization, opening: await openingRoles(stores, organization), origin };
}

/**
 * Roles that nobody has declared, and those that open the deployment, are given to nobody by whoever may only edit users.
 * @throws Problem 404 `unknown_scope`, `unknown_role`, 403 `missing_right`
 */
export function requireGivable(
  { organization, opening }: Pick<EditRules, 'organization' | 'opening'>,
  role: Role,
  caller: Principal,
): void {
  const unknown = undeclared(organization.document, role);
  if (unknown !== undefined) {
    const [what, named] = unknown === 'unknown_scope' ? ['scope', role.scope] : ['role', role.role];
    throw new Problem(404, unknown, `the organization declares no ${what} ${JSON.stringify(named)}`);
  }
  requireSayOver(opening, [role], caller);
}

/**
 * Roles are edited where the document says that the application manages them; elsewhere the answer names what does.
 * @param held what gives the role to the user now
 * @throws Problem 409 `managed_by_idp`, `managed_by_scim`
 */
export function requireEditable(
  { organization: { document }, origin }: Pick<EditRules, 'organization' | 'origin'>,
  role: Role,
  user: { readonly managed: boolean; readonly held: readonly GrantSource[] },
): void {
  if (effective(document).appScopes.includes(role.scope)) return;
  const given = user.held.flatMap((source) => entryOf(document, source) ?? []);
  const entries = given.length > 0 ? given : entriesGiving(document, role);
  const by = entries.length === 0 ? 'and no mapping gives this one' : `here by ${inWords(entries, origin)}`;
  const policy = inWords([{ what: 'spec.authorization', pointer: '/spec/authorization' }], origin);
  const isScim = user.managed && document.spec.scim !== undefined;
  const who = isScim ? 'what the directory (SCIM) says' : 'what the identity provider says';
  throw new Problem(
    409,
    isScim ? 'managed_by_scim' : 'managed_by_idp',
    `roles on ${role.scope} come from ${who}, ${by}; change it there, or name the scope under appScopes in ${policy}`,
  );
}

/**
 * Groups of users are edited where the application manages access.
 * @param group UNTRUSTED
 * @throws Problem 404 `unknown_group`, 409 `managed_by_idp`
 */
export function requireEditableGroup({ spec }: OrganizationDocument, group: string): void {
  if (!Object.hasOwn(spec.groups ?? {}, group))
    throw new Problem(404, 'unknown_group', `the organization declares no group ${JSON.stringify(group)}`);
  if (spec.authorization?.managedBy !== 'app')
    throw new Problem(409, 'managed_by_idp', 'groups come from what the identity provider says');
}

/** Where the files of a collection declare the organization, as far as somebody does. */
async function declaredIn(
  { reconcileState }: Pick<Stores, 'reconcileState'>,
  organizationId: string,
): Promise<RevisionOrigin | undefined> {
  const store = reconcileState({ actor: 'users', now: new Date(0) });
  return store.transaction('rollback', async (state) => (await state.declaration(organizationId))?.origin);
}
