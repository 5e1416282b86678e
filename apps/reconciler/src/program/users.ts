import type { Command } from 'commander';
import { Option } from 'commander';
import type { ExportUsersOptions } from '../commands/export-users.ts';
import type { ListUsersOptions, SessionsOptions } from '../commands/users.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Finish } from './parts.ts';
import { ofUser } from './users-arguments.ts';
import { addUserEdits } from './users-edit.ts';
import { addUserExplanations } from './users-explain.ts';
import { addUserStops } from './users-stop.ts';

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
  addUserStops(users, io, finish);
  addUserEdits(users, io, finish);
  addUserExplanations(users, io, finish);
  program
    .command('export-users')
    .description(
      'print every user with the role map of each account, to paste into attributes of the identity provider',
    )
    .argument('<org>', ORGANIZATION)
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
  ofUser(users, 'show')
    .description('show one user: what it holds, from which source and since when')
    .addOption(format())
    .addHelpText('after', examples('rolecall users show acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { showUser } = await import('../commands/users.ts');
      finish(await showUser(organization, user, command.optsWithGlobals<OutputOptions>(), io));
    });
  ofUser(users, 'sessions')
    .description('show where a user is signed in')
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
