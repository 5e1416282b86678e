import { BUILT_IN_ROLES, readRoleMap } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Role } from '@rolecall/persistence';
import { readCsv } from './csv.ts';
import type { CsvRow } from './csv.ts';

/** Users of one file at most: all are written in one transaction, within a few seconds for which their sign-ins may have to wait. */
const MAX_IMPORTED = 10_000;
/** Mistakes told at most; who has made as many reads no further. */
export const MAX_TOLD = 100;
const PLAIN = ['email', 'givenName', 'familyName', 'displayName', 'status'];
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/;

/** What a line says of a user: who it is, and for each account that it speaks of exactly these roles. */
export interface ImportedUser {
  readonly line: number;
  readonly email: string;
  readonly displayName: string | undefined;
  readonly accounts: readonly { readonly column: string; readonly scope: string; readonly roles: readonly string[] }[];
}

export interface ImportMistake {
  readonly line: number;
  readonly column: string;
  readonly message: string;
}

/**
 * Reads a file as `rolecall export-users` writes it: a column per account with a role map in JSON; `{}` = no role, empty = left as it is.
 * As many mistakes as are told are told at once.
 * @param text UNTRUSTED
 */
export function readImport(
  text: string,
  document: OrganizationDocument,
): { readonly users: readonly ImportedUser[]; readonly mistakes: readonly ImportMistake[] } {
  const read = readCsv(text);
  if ('brokenAt' in read)
    return failed(read.brokenAt, '', 'a quoted cell does not end, or has a quote inside that is not doubled');
  const [heading, ...rows] = read.rows;
  if (heading === undefined || !heading.cells.includes('email'))
    return failed(1, 'email', 'the first line names the columns, `email` among them');
  if (rows.length > MAX_IMPORTED) return failed(1, '', `at most ${MAX_IMPORTED} users at a time`);
  const accounts = accountsOf(document);
  const most = PLAIN.length + accounts.size;
  if (heading.cells.length > most)
    return failed(heading.line, '', `more columns than the ${most} that a file of this organization can have`);
  const columns = new Map(heading.cells.map((column, index) => [column, index]));
  const wrong = wrongColumns(heading, columns, accounts);
  if (wrong.length > 0) return { users: [], mistakes: wrong };
  return readRows(rows, { names: heading.cells, columns, accounts, document, mistakes: [] });
}

/** @param columns with the last place of each */
function wrongColumns(
  { line, cells }: CsvRow,
  columns: ReadonlyMap<string, number>,
  accounts: ReadonlyMap<string, string>,
): readonly ImportMistake[] {
  const known = [...accounts.keys()].slice(0, 20).join(', ');
  const names = accounts.size > 20 ? `${known} and ${accounts.size - 20} more` : known;
  const unknown = (column: string) => !PLAIN.includes(column) && !accounts.has(column);
  // under its own name, or that of an attribute
  const columnOf = new Map(cells.map((column) => [accounts.get(column), column] as const).toReversed());
  const another = (column: string) => accounts.has(column) && columnOf.get(accounts.get(column)) !== column;
  return cells
    .flatMap((column, index) => [
      ...(unknown(column) ? [{ line, column, message: `is no column; accounts are ${names}` }] : []),
      ...(columns.get(column) === index ? [] : [{ line, column, message: 'stands in the first line twice' }]),
      ...(another(column) ? [{ line, column, message: sameAccount(columnOf.get(accounts.get(column))) }] : []),
    ])
    .slice(0, MAX_TOLD);
}

const sameAccount = (column = '') => `is the same account as the column ${column}; keep one of the two`;

interface Reading {
  /** Names of the columns, in their order. */
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<string, number>;
  readonly accounts: ReadonlyMap<string, string>;
  readonly document: OrganizationDocument;
  /** Found so far; never more than are told. */
  readonly mistakes: ImportMistake[];
}

function readRows(rows: readonly CsvRow[], reading: Reading): ReturnType<typeof readImport> {
  const seen = new Set<string>();
  const users: ImportedUser[] = [];
  for (const row of rows) {
    const user = readRow(row, reading);
    const key = user.email.toLowerCase();
    if (seen.has(key)) note(reading, { line: row.line, column: 'email', message: 'an earlier line has this address' });
    seen.add(key);
    users.push(user);
    if (reading.mistakes.length === MAX_TOLD) break;
  }
  return { users, mistakes: reading.mistakes };
}

function note({ mistakes }: Reading, mistake: ImportMistake): void {
  if (mistakes.length < MAX_TOLD) mistakes.push(mistake);
}

function readRow({ line, cells }: CsvRow, reading: Reading): ImportedUser {
  const { names, columns, accounts, document } = reading;
  const wrong = (column: string, message: string) => note(reading, { line, column, message });
  const cellOf = (column: string) => cells[columns.get(column) ?? -1] ?? '';
  if (cells.length > names.length) wrong('', 'has more cells than the first line');
  const email = cellOf('email');
  if (!ADDRESS.test(email) || email.length > 254) wrong('email', 'is no plain e-mail address');
  const displayName = cellOf('displayName');
  // oxlint-disable-next-line no-control-regex -- what no name has
  if (displayName.length > 200 || /[\u0000-\u001f\u007f]/.test(displayName))
    wrong('displayName', 'is no name of at most 200 characters');
  const spoken = cells.slice(0, names.length).flatMap((value, index) => {
    const column = names[index] ?? '';
    const scope = accounts.get(column);
    if (scope === undefined || value === '') return [];
    const roles = readRoleMap(value);
    if (roles === undefined) wrong(column, 'is no role map such as {"roles": ["member"]}; {} is no role');
    for (const role of roles ?? [])
      if (!isRole(document, role)) wrong(column, `the organization declares no role ${JSON.stringify(role)}`);
    return [{ column, scope, roles: roles ?? [] }];
  });
  return { line, email, displayName: displayName === '' ? undefined : displayName, accounts: spoken };
}

/** Columns with role maps, as the export has them: account attributes, or else scopes. */
function accountsOf({ spec }: OrganizationDocument): ReadonlyMap<string, string> {
  const scopes = Object.keys(spec.scopes ?? {}).map((scope) => [scope, scope] as const);
  return new Map([...scopes, ...Object.entries(spec.authorization?.accountAttributes ?? {})]);
}

const isRole = ({ spec }: OrganizationDocument, role: string) =>
  BUILT_IN_ROLES.some((known) => known === role) || Object.hasOwn(spec.roles ?? {}, role);

const failed = (line: number, column: string, message: string) => ({
  users: [],
  mistakes: [{ line, column, message }],
});

/** What must be given and taken so that exactly these roles are held on the accounts that a line speaks of. */
export function differences(
  { accounts }: ImportedUser,
  held: readonly Role[],
): {
  readonly gives: readonly (Role & { readonly column: string })[];
  readonly takes: readonly (Role & { readonly column: string })[];
} {
  const holds = (scope: string, role: string) => held.some((one) => one.scope === scope && one.role === role);
  return {
    gives: accounts.flatMap(({ column, scope, roles }) =>
      roles.filter((role) => !holds(scope, role)).map((role) => ({ column, scope, role })),
    ),
    takes: accounts.flatMap(({ column, scope, roles }) =>
      held
        .filter((one) => one.scope === scope && !roles.includes(one.role))
        .map(({ role }) => ({ column, scope, role })),
    ),
  };
}
