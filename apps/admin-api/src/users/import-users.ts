import type { Database, OrganizationTransaction, UserRole } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { knownOrganization } from '../organizations/known-organization.ts';
import { editRulesOf } from './editable-role.ts';
import type { EditRules } from './editable-role.ts';
import { MAX_TOLD, readImport } from './import-file.ts';
import type { ImportedUser, ImportMistake } from './import-file.ts';
import { losesSsoAdmin, planImport } from './import-plan.ts';
import type { PlannedLine } from './import-plan.ts';
import { domainOf, latest } from './invite.ts';
import { lastSsoAdmin, sourceOf } from './known-user.ts';

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
  /** Consent that nobody holds `sso_admin` afterwards. */
  readonly takesLastSsoAdmin: boolean;
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
 * @throws Problem 422 `import_invalid` with every mistake, by line; 409 `no_sso_admin`
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
        const imported = await importIn(tx, { rules, users, caller, now, takesLastSsoAdmin: wanted.takesLastSsoAdmin });
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
  readonly takesLastSsoAdmin: boolean;
}

/**
 * Locks all users at once, by id, whatever the order of the lines: imports, directories and sign-ins wait for each other, and never in a
 * circle. Everything is read and judged before anything is written.
 */
async function importIn(tx: OrganizationTransaction, work: Work): Promise<Imported> {
  const { rules, users, caller } = work;
  const emails = users.map(({ email }) => email);
  await tx.users.hold(rules.organization.revision);
  const known = await tx.users.lockByAddress(emails);
  const domainsOfOthers = await tx.users.domainsOfOthers([...new Set(emails.map(domainOf))]);
  const { lines, mistakes } = planImport(users, { rules, caller, known, domainsOfOthers });
  if (mistakes.length > 0) throw invalid(mistakes);
  const invited = lines.filter((line) => line.known === undefined);
  const edited = lines.filter(({ known: is, granted, revoked }) => is && granted.length + revoked.length > 0);
  await write(tx, { invited, edited }, work);
  const [created, changed] = [invited.length, edited.length];
  return { created, changed, unchanged: lines.length - created - changed };
}

interface Writes {
  readonly invited: readonly PlannedLine[];
  readonly edited: readonly PlannedLine[];
}

/** What is given first, so that somebody of the file may be the next administrator; the audit log last. */
async function write(tx: OrganizationTransaction, { invited, edited }: Writes, work: Work): Promise<void> {
  const { rules, caller, now } = work;
  const { revision, document } = rules.organization;
  const edit = { source: sourceOf(caller, now), revision, now };
  const people = invited.map(({ user: { email, displayName }, granted }) => ({ email, displayName, grants: granted }));
  const ids = await tx.users.invite(
    people.map((one) => ({ ...one, groups: [] })),
    edit,
  );
  const taken = invited.filter((_, index) => ids[index] === undefined).slice(0, MAX_TOLD);
  if (taken.length > 0) throw invalid(taken.map(({ user: { line } }) => ({ line, column: 'email', message: TAKEN })));
  await tx.users.grant(rolesOf(edited, 'granted'), edit);
  const losing = edited.filter(losesSsoAdmin).flatMap(({ known }) => known?.userId ?? []);
  const guards = document.spec.login?.enforceSso === true && !work.takesLastSsoAdmin;
  if (guards && losing.length > 0 && (await tx.users.isLastSsoAdmin(losing, now))) throw lastSsoAdmin();
  await tx.users.revoke(rolesOf(edited, 'revoked'));
  const by = { at: now, actor: caller.actor };
  await tx.audit([
    ...invited.map(({ granted }, index) => ({
      ...by,
      type: 'user.invited' as const,
      subject: ids[index] ?? '',
      data: { revision, granted },
    })),
    ...edited.map(({ known, granted, revoked }) => ({
      ...by,
      type: 'grants.edited' as const,
      subject: known?.userId ?? '',
      data: { revision, granted, revoked },
    })),
  ]);
}

const TAKEN = 'somebody got this address meanwhile';

const rolesOf = (lines: readonly PlannedLine[], which: 'granted' | 'revoked'): readonly UserRole[] =>
  lines.flatMap(({ known, [which]: roles }) => (known ? roles.map((role) => ({ userId: known.userId, ...role })) : []));

function invalid(mistakes: readonly ImportMistake[]): Problem {
  const details = mistakes.map(({ line, column, message }) => {
    const where = column === '' ? `line ${line}` : `line ${line}, ${column}`;
    return { severity: 'error' as const, code: 'import_invalid', message: `${where}: ${message}` };
  });
  const count = mistakes.length < MAX_TOLD ? `${mistakes.length}` : `at least ${MAX_TOLD}`;
  const message = `nothing was imported: ${count} ${mistakes.length === 1 ? 'line is' : 'mistakes are'} to be mended`;
  return new Problem(422, 'import_invalid', message, details);
}
