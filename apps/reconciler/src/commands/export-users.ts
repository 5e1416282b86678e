import { BUILT_IN_ROLES } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../options.ts';
import { csvLine } from '../output/csv.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { usersOf } from '../server/users.ts';
import type { User } from '../server/users.ts';

export interface ExportUsersOptions extends GlobalOptions {
  readonly format: 'csv' | 'json';
}

/** A column with a role map: of one account attribute, or of one scope where the organization has none. */
interface Account {
  readonly name: string;
  readonly scope: string;
}

/**
 * `rolecall export-users ORG`: every user with the role map of each account, to paste into the attributes of an identity provider, so
 * that it says from its first sign-in on what users hold already. Printed page by page: it takes no memory for those before.
 */
export async function exportUsers(organization: string, options: ExportUsersOptions, io: Io): Promise<ExitCode> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const { document } = await answered(client.organization(organization));
  const accounts = accountsOf(document);
  const json = options.format === 'json';
  io.out(json ? '[' : csvLine([...COLUMNS, ...accounts.map(({ name }) => name)]));
  let first = true;
  for await (const page of pages(client, organization)) {
    for (const user of page) {
      io.out(json ? `${first ? '' : ','}\n${JSON.stringify(entryOf(user, accounts))}` : csvLine(rowOf(user, accounts)));
      first = false;
    }
  }
  if (json) io.out('\n]\n');
  return EXIT.done;
}

const COLUMNS = ['email', 'givenName', 'familyName', 'displayName', 'status'] as const;

async function* pages(client: Client, organization: string): AsyncGenerator<readonly User[]> {
  const users = usersOf(client, organization);
  for (;;) {
    const { done, value } = await answered(users.next());
    if (done === true) return;
    yield value;
  }
}

function accountsOf({ spec }: OrganizationDocument): readonly Account[] {
  const attributes = Object.entries(spec.authorization?.accountAttributes ?? {});
  if (attributes.length > 0) return attributes.map(([name, scope]) => ({ name, scope }));
  return Object.keys(spec.scopes ?? {}).map((scope) => ({ name: scope, scope }));
}

function rowOf(user: User, accounts: readonly Account[]): readonly string[] {
  return [...COLUMNS.map((column) => user[column] ?? ''), ...accounts.map(({ scope }) => roleMap(user, scope))];
}

function entryOf(user: User, accounts: readonly Account[]): object {
  const maps = accounts.map(({ name, scope }) => [name, roleMap(user, scope)]);
  return { ...Object.fromEntries(COLUMNS.map((column) => [column, user[column]])), accounts: Object.fromEntries(maps) };
}

/** As an account attribute has it: `{"roles": [...], "customRoles": [...]}`; `{}` is no access. */
function roleMap({ grants }: User, scope: string): string {
  const held = grants.filter((grant) => grant.scope === scope).map(({ role }) => role);
  const isBuiltIn = (role: string) => BUILT_IN_ROLES.some((known) => known === role);
  const [roles, customRoles] = [held.filter(isBuiltIn), held.filter((role) => !isBuiltIn(role))];
  return JSON.stringify({
    ...(roles.length > 0 && { roles }),
    ...(customRoles.length > 0 && { customRoles }),
  });
}
