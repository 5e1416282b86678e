import type { Command } from 'commander';
import { Option } from 'commander';
import type { ExportUsersOptions } from '../commands/export-users.ts';
import type { Io } from '../io.ts';
import { examples } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall export-users`. */
export function addUsers(program: Command, io: Io, finish: Finish): void {
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
