import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';
import { ofUser } from './users-arguments.ts';

const SAYS = {
  join: 'have a user join a declared group, where the application manages access (managedBy: app)',
  leave: 'have a user leave a declared group, where the application manages access (managedBy: app)',
} as const;

/** `rolecall users join|leave`. */
export function addUserGroups(users: Command, io: Io, finish: Finish): void {
  for (const what of ['join', 'leave'] as const) {
    ofUser(users, what)
      .description(SAYS[what])
      .argument('<group>', 'its name in the document, such as inbox/vip')
      .addOption(format())
      .addHelpText('after', examples(`rolecall users ${what} acme eve@acme.com inbox/vip`))
      .action(async (organization: string, user: string, group: string, _flags, command: Command) => {
        const { editGroup } = await import('../commands/user-groups.ts');
        finish(await editGroup([organization, user, group], what, command.optsWithGlobals<OutputOptions>(), io));
      });
  }
}
