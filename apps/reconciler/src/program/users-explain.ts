import type { Command } from 'commander';
import type { WhyOptions } from '../commands/users-edit.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Finish } from './parts.ts';
import { ofUser } from './users-arguments.ts';

/** `rolecall users why|receipt`. */
export function addUserExplanations(users: Command, io: Io, finish: Finish): void {
  ofUser(users, 'why')
    .description('say why a user has each role, and since when: rule, file and line, commit, evidence')
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
