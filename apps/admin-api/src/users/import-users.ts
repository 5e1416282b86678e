import type { Database, OrganizationTransaction, Role } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { editRulesOf, requireEditable, requireGivable } from './editable-role.ts';
import type { EditRules } from './editable-role.ts';
import { differences, MAX_TOLD, readImport } from './import-file.ts';
import type { ImportedUser, ImportMistake } from './import-file.ts';
import { latest, requireFreeDomain, requireInvitable } from './invite.ts';
import { lastSsoAdmin, sourceOf } from './known-user.ts';
import { requireSayOver } from './opening-roles.ts';

/** What an import does, or would do. */
export interface Imported {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

export interface Import {
  /** UNTRUSTED */
  readonly csv: string;
  readonly apply: boolean;
}

type Stores = Pick<Database, 'registry' | 'inOrganization' | 'platform' | 'reconcileState'>;

/** Nothing of it is to stay. */
class DryRun extends Error {
  constructor(readonly imported: Imported) {
    super('a dry run');
  }
}

/**
 * Binds existing users by address, and creates invited ones, each with exactly the roles that its line says: all of them or nobody. A dry
 * run does the same and takes it back.
 * @throws Problem 422 `import_invalid` with every mistake, by line
 */
export async function importUsers(
  database: Stores,
  name: string,
  wanted: Import,
  caller: Principal,
  now: Date,
): Promise<Imported> {
  try {
    return await latest(async () => {
      const organization = await knownOrganization(database, name);
      const { users, mistakes } = readImport(wanted.csv, organization.document);
      if (mistakes.length > 0) throw invalid(mistakes);
      const scopes = users.flatMap(({ accounts }) => accounts.map(({ scope }) => scope));
      const rules = await editRulesOf(database, organization, new Set(scopes));
      return database.inOrganization(organization.organizationId, async (tx) => {
        const imported = await importIn(tx, { rules, users, caller, now });
        if (!wanted.apply) throw new DryRun(imported);
        return imported;
      });
    });
  } catch (error) {
    if (error instanceof DryRun) return error.imported;
    throw error;
  }
}

interface Work {
  readonly rules: EditRules;
  readonly users: readonly ImportedUser[];
  readonly caller: Principal;
  readonly now: Date;
}

async function importIn(tx: OrganizationTransaction, work: Work): Promise<Imported> {
  const mistakes: ImportMistake[] = [];
  const counts = { created: 0, changed: 0, unchanged: 0 };
  await tx.users.hold(work.rules.organization.revision);
  for (const user of work.users) {
    try {
      counts[await importOne(tx, user, work)] += 1;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      mistakes.push({ line: user.line, column: 'email', message: error.message });
      if (mistakes.length === MAX_TOLD) break;
    }
  }
  if (mistakes.length > 0) throw invalid(mistakes);
  return counts;
}

/** @throws Problem when the line is refused: nothing of the import stays then */
async function importOne(
  tx: OrganizationTransaction,
  user: ImportedUser,
  { rules, caller, now }: Work,
): Promise<keyof Imported> {
  const { organization, opening } = rules;
  const { revision } = organization;
  const edit = { source: sourceOf(caller, now), revision, now };
  const [userId, another] = await tx.users.byAddress(user.email);
  if (another !== undefined) throw new Problem(409, 'several_users', 'several users have this address');
  const known = userId === undefined ? undefined : await tx.users.lock(userId);
  const { gives, takes } = differences(user, known?.grants ?? []);
  for (const role of [...gives, ...takes]) {
    const held = known?.grants.find((one) => one.scope === role.scope && one.role === role.role)?.sources ?? [];
    requireEditable(rules, role, { managed: known?.managed === true, held });
  }
  for (const role of gives) requireGivable(rules, role, caller);
  if (takes.length > 0) requireSayOver(opening, known?.grants ?? [], caller);
  const granted = gives.map(roleOf);
  const audited = { at: now, actor: caller.actor };
  if (userId === undefined) {
    requireInvitable(rules, { email: user.email }, caller);
    await requireFreeDomain(tx, organization, { email: user.email });
    const created = await tx.users.invite(
      { email: user.email, displayName: user.displayName, grants: granted, groups: [] },
      edit,
    );
    if (created === undefined) throw new Problem(409, 'address_taken', 'somebody got this address meanwhile');
    await tx.audit([{ ...audited, type: 'user.invited', subject: created, data: { revision, granted } }]);
    return 'created';
  }
  if (gives.length + takes.length === 0) return 'unchanged';
  for (const role of granted) await tx.users.grant(userId, role, edit);
  for (const role of takes) {
    const guards = role.role === 'sso_admin' && organization.document.spec.login?.enforceSso === true;
    if (guards && (await tx.users.isLastSsoAdmin(userId, now))) throw lastSsoAdmin();
    await tx.users.revoke(userId, role);
  }
  const data = { revision, granted, revoked: takes.map(roleOf) };
  await tx.audit([{ ...audited, type: 'grants.edited', subject: userId, data }]);
  return 'changed';
}

const roleOf = ({ scope, role }: Role): Role => ({ scope, role });

function invalid(mistakes: readonly ImportMistake[]): Problem {
  const details = mistakes.map(({ line, column, message }) => {
    const where = column === '' ? `line ${line}` : `line ${line}, ${column}`;
    return { severity: 'error' as const, code: 'import_invalid', message: `${where}: ${message}` };
  });
  const count = mistakes.length < MAX_TOLD ? `${mistakes.length}` : `at least ${MAX_TOLD}`;
  const message = `nothing was imported: ${count} ${mistakes.length === 1 ? 'line is' : 'mistakes are'} to be mended`;
  return new Problem(422, 'import_invalid', message, details);
}
