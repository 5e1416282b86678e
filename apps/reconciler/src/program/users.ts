import type { Command } from 'commander';
import { Option } from 'commander';
import type { ExportUsersOptions } from '../commands/export-users.ts';
import type { ListUsersOptions, SessionsOptions } from '../commands/users.ts';
import type { InviteOptions, RevokeOptions, WhyOptions } from '../commands/users-edit.ts';
import type { ImportUsersOptions } from '../commands/users-import.ts';
import type { StopOptions } from '../commands/users-stop.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';
import { addUserGroups } from './user-groups.ts';

const ORGANIZATION = "the organization's name";
const USER = 'the user, by e-mail address or id';
const LAST = '--last-sso-admin';
const LAST_MEANS = 'also when nobody else holds sso_admin and SSO is enforced';

/** `rolecall users …` and `export-users`. */
export function addUsers(program: Command, io: Io, finish: Finish): void {
  const users = program
    .command('users')
    .description('users: who there is, what they hold and why; invite, deactivate and delete them')
    .addHelpText(
      'after',
      examples('rolecall users list acme --role sso_admin', 'rolecall users show acme eve@acme.com'),
    );
  addReading(users, io, finish);
  addStopping(users, io, finish);
  addEditing(users, io, finish);
  program
    .command('export-users')
    .description(
      'print every user with the role map of each account, to paste into attributes of the identity provider',
    )
    .argument('<org>', "the organization's name")
    .addOption(new Option('--format <format>', 'of what is printed').choices(['csv', 'json']).default('csv'))
    .addHelpText(
      'after',
      `${examples('rolecall export-users acme > acme-users.csv')}
Needs a token with the rights organizations.read and users.read. In CSV a cell that a spreadsheet would take for a formula
begins with an apostrophe.
`,
    )
    .action(async (organization: string, _flags, command: Command) => {
      const { exportUsers } = await import('../commands/export-users.ts');
      finish(await exportUsers(organization, command.optsWithGlobals<ExportUsersOptions>(), io));
    });
}

function addReading(users: Command, io: Io, finish: Finish): void {
  users
    .command('list')
    .description('show who there is, page by page')
    .argument('<org>', ORGANIZATION)
    .addOption(new Option('--status <status>', 'only these').choices(['invited', 'active', 'disabled']))
    .option('--email <address>', 'only with this address')
    .option('--role <role>', 'only who holds this role, on any scope')
    .option('--group <group>', 'only who is in this group')
    .option('--managed', 'only users of the directory (SCIM)')
    .option('--no-managed', 'only the others')
    .option('--limit <number>', 'how many (default: 20)')
    .option('--cursor <id>', 'where the page before ended')
    .addOption(format())
    .addHelpText(
      'after',
      examples('rolecall users list acme --status disabled', 'rolecall users list acme --role sso_admin --format json'),
    )
    .action(async (organization: string, flags: { managed?: boolean }, command: Command) => {
      const { listUsers } = await import('../commands/users.ts');
      const said = command.getOptionValueSource('managed') === 'cli';
      const options = command.optsWithGlobals<ListUsersOptions>();
      finish(await listUsers(organization, { ...options, managed: said ? flags.managed : undefined }, io));
    });
  users
    .command('show')
    .description('show one user: what it holds, from which source and since when')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .addOption(format())
    .addHelpText('after', examples('rolecall users show acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { showUser } = await import('../commands/users.ts');
      finish(await showUser(organization, user, command.optsWithGlobals<OutputOptions>(), io));
    });
  users
    .command('sessions')
    .description('show where a user is signed in')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .option('--end', 'end all of them at once')
    .addOption(format())
    .addHelpText(
      'after',
      examples('rolecall users sessions acme eve@acme.com', 'rolecall users sessions acme eve@acme.com --end'),
    )
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { userSessions } = await import('../commands/users.ts');
      finish(await userSessions(organization, user, command.optsWithGlobals<SessionsOptions>(), io));
    });
}

function addStopping(users: Command, io: Io, finish: Finish): void {
  users
    .command('deactivate')
    .description('end every way in of a user at once, and keep the user out, whatever a directory says')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText('after', examples('rolecall users deactivate acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { deactivateUser } = await import('../commands/users-stop.ts');
      finish(await deactivateUser(organization, user, command.optsWithGlobals<StopOptions>(), io));
    });
  users
    .command('reactivate')
    .description('let a deactivated user in again')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .addOption(format())
    .addHelpText('after', examples('rolecall users reactivate acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { reactivateUser } = await import('../commands/users-stop.ts');
      finish(await reactivateUser(organization, user, command.optsWithGlobals<OutputOptions>(), io));
    });
  users
    .command('delete')
    .description('end every way in of a user at once, and delete the user with all that belongs to it')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .option('--yes', 'without being asked')
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText('after', examples('rolecall users delete acme eve@acme.com --yes'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { deleteUser } = await import('../commands/users-stop.ts');
      finish(await deleteUser(organization, user, command.optsWithGlobals<StopOptions>(), io));
    });
}

function addEditing(users: Command, io: Io, finish: Finish): void {
  users
    .command('invite')
    .description('invite somebody by mail: the link is good for a week, once')
    .argument('<org>', ORGANIZATION)
    .argument('<address>', 'whom')
    .option('--name <name>', 'what the person is called')
    .option('--role <role@scope...>', 'roles on scopes whose roles are edited (managedBy: app, appScopes)')
    .option('--group <group...>', 'groups, with managedBy: app')
    .option('--again', 'send somebody who is invited another link; the one before ends')
    .option('--print-link', 'print the link and send no mail')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall users invite acme ann@acme.com --role member@account/partner',
        'rolecall users invite acme ann@acme.com --again --print-link',
      ),
    )
    .action(async (organization: string, address: string, _flags, command: Command) => {
      const { inviteUser } = await import('../commands/users-edit.ts');
      finish(await inviteUser(organization, address, command.optsWithGlobals<InviteOptions>(), io));
    });
  users
    .command('import')
    .description('bind existing users and create invited ones by a CSV file, each with exactly the roles of its line')
    .argument('<org>', ORGANIZATION)
    .argument(
      '<file>',
      'as "rolecall export-users" writes it, at most 10000 users; an empty cell leaves an account as it is',
    )
    .option('--apply', 'do it; without it nothing is written')
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText(
      'after',
      examples('rolecall users import acme users.csv', 'rolecall users import acme users.csv --apply'),
    )
    .action(async (organization: string, file: string, _flags, command: Command) => {
      const { importUsers } = await import('../commands/users-import.ts');
      finish(await importUsers(organization, file, command.optsWithGlobals<ImportUsersOptions>(), io));
    });
  for (const what of ['grant', 'revoke'] as const) {
    const command = users
      .command(what)
      .description(`${what === 'grant' ? 'give a user a role' : 'take a role from a user'} where roles are edited`)
      .argument('<org>', ORGANIZATION)
      .argument('<user>', USER)
      .argument('<role@scope>', 'such as member@account/partner')
      .addOption(format())
      .addHelpText('after', examples(`rolecall users ${what} acme eve@acme.com member@account/partner`))
      .action(async (organization: string, user: string, role: string, _flags, self: Command) => {
        const { editRole } = await import('../commands/users-edit.ts');
        finish(await editRole([organization, user, role], what, self.optsWithGlobals<RevokeOptions>(), io));
      });
    if (what === 'revoke') command.option(LAST, LAST_MEANS);
  }
  addUserGroups(users, io, finish);
  users
    .command('unlink')
    .description(
      'take away an account that a user linked (consumerAccounts: link) and lost; a password can be set again',
    )
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .argument('<identity-provider>', 'its name in the document, such as google')
    .addOption(format())
    .addHelpText('after', examples('rolecall users unlink acme eve@acme.com google'))
    .action(async (organization: string, user: string, identityProvider: string, _flags, command: Command) => {
      const { unlinkAccount } = await import('../commands/users-edit.ts');
      finish(await unlinkAccount([organization, user, identityProvider], command.optsWithGlobals<OutputOptions>(), io));
    });
  users
    .command('why')
    .description('say why a user has each role, and since when: rule, file and line, commit, evidence')
    .argument('<org>', ORGANIZATION)
    .argument('<user>', USER)
    .option('--at <moment>', 'what was held then, such as 2026-11-01T12:00:00Z')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall users why acme eve@acme.com',
        'rolecall users why acme eve@acme.com --at 2026-11-01T12:00:00Z',
      ),
    )
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { whyRoles } = await import('../commands/users-edit.ts');
      finish(await whyRoles(organization, user, command.optsWithGlobals<WhyOptions>(), io));
    });
  users
    .command('receipt')
    .description('show what ended with a user who went, and how long it took; --format json has it signed')
    .argument('<org>', ORGANIZATION)
    .argument('<id>', 'of a receipt; or of a user, also one who is gone')
    .addOption(format())
    .addHelpText('after', examples('rolecall users receipt acme 019a3f00-0000-7000-8000-0000000000f1 --format json'))
    .action(async (organization: string, id: string, _flags, command: Command) => {
      const { showReceipt } = await import('../commands/users-edit.ts');
      finish(await showReceipt(organization, id, command.optsWithGlobals<OutputOptions>(), io));
    });
}
