import type { Command } from 'commander';
import type { StopOptions } from '../commands/users-stop.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';
import { LAST, LAST_MEANS, ofUser } from './users-arguments.ts';

/** `rolecall users deactivate|reactivate|delete`. */
export function addUserStops(users: Command, io: Io, finish: Finish): void {
  ofUser(users, 'deactivate')
    .description('end every way in of a user at once, and keep the user out, whatever a directory says')
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText('after', examples('rolecall users deactivate acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { deactivateUser } = await import('../commands/users-stop.ts');
      finish(await deactivateUser(organization, user, command.optsWithGlobals<StopOptions>(), io));
    });
  ofUser(users, 'reactivate')
    .description('let a deactivated user in again')
    .addOption(format())
    .addHelpText('after', examples('rolecall users reactivate acme eve@acme.com'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { reactivateUser } = await import('../commands/users-stop.ts');
      finish(await reactivateUser(organization, user, command.optsWithGlobals<OutputOptions>(), io));
    });
  ofUser(users, 'delete')
    .description('end every way in of a user at once, and delete the user with all that belongs to it')
    .option('--yes', 'without being asked')
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText('after', examples('rolecall users delete acme eve@acme.com --yes'))
    .action(async (organization: string, user: string, _flags, command: Command) => {
      const { deleteUser } = await import('../commands/users-stop.ts');
      finish(await deleteUser(organization, user, command.optsWithGlobals<StopOptions>(), io));
    });
}
