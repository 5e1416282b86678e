import type { EditableUser, Role } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { Principal } from '../access/principal.ts';
import { requireEditable, requireGivable } from './editable-role.ts';
import type { EditRules } from './editable-role.ts';
import { differences, MAX_TOLD } from './import-file.ts';
import type { ImportedUser, ImportMistake } from './import-file.ts';
import { requireFreeDomain, requireInvitable } from './invite.ts';
import { requireSayOver } from './opening-roles.ts';

/** What a line comes to. */
export interface PlannedLine {
  readonly user: ImportedUser;
  /** Undefined = nobody has the address yet. */
  readonly known: EditableUser | undefined;
  readonly granted: readonly Role[];
  readonly revoked: readonly Role[];
}

/** By what the lines are judged. */
export interface ImportGrounds {
  readonly rules: EditRules;
  readonly caller: Principal;
  /** Who has one of the file's addresses. */
  readonly known: readonly EditableUser[];
  /** Domains of the file's addresses that other organizations have. */
  readonly domainsOfOthers: ReadonlySet<string>;
}

/** What each line comes to, or what is wrong with the lines: as many mistakes as are told. */
export function planImport(
  users: readonly ImportedUser[],
  grounds: ImportGrounds,
): { readonly lines: readonly PlannedLine[]; readonly mistakes: readonly ImportMistake[] } {
  const byAddress = Map.groupBy(grounds.known, ({ email }) => email?.toLowerCase());
  const lines: PlannedLine[] = [];
  const mistakes: ImportMistake[] = [];
  for (const user of users) {
    try {
      lines.push(planLine(user, byAddress.get(user.email.toLowerCase()) ?? [], grounds));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      mistakes.push({ line: user.line, column: 'email', message: error.message });
      if (mistakes.length === MAX_TOLD) break;
    }
  }
  return { lines, mistakes };
}

/** @throws Problem when the line is refused: nothing of the import stays then */
function planLine(
  user: ImportedUser,
  [known, another]: readonly EditableUser[],
  { rules, caller, domainsOfOthers }: ImportGrounds,
): PlannedLine {
  if (another !== undefined) throw new Problem(409, 'several_users', 'several users have this address');
  const { gives, takes } = differences(user, known?.grants ?? []);
  for (const role of [...gives, ...takes]) {
    const held = known?.grants.find((one) => one.scope === role.scope && one.role === role.role)?.sources ?? [];
    requireEditable(rules, role, { managed: known?.managed === true, held });
  }
  for (const role of gives) requireGivable(rules, role, caller);
  if (takes.length > 0) requireSayOver(rules.opening, known?.grants ?? [], caller);
  if (known === undefined) {
    requireInvitable(rules, { email: user.email }, caller);
    requireFreeDomain(domainsOfOthers, rules.organization, { email: user.email });
  }
  return { user, known, granted: gives.map(roleOf), revoked: takes.map(roleOf) };
}

const roleOf = ({ scope, role }: Role): Role => ({ scope, role });

/** Whether the line takes `sso_admin` wholly: from every scope where the user holds it, and gives it nowhere. */
export function losesSsoAdmin({ known, granted, revoked }: PlannedLine): boolean {
  const administers = ({ role }: Role) => role === 'sso_admin';
  const held = known?.grants.filter(administers).length ?? 0;
  return held > 0 && revoked.filter(administers).length === held && !granted.some(administers);
}
