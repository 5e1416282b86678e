import type { Command } from 'commander';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall db …`. */
export function addDatabase(program: Command, io: Io, finish: Finish): void {
  program
    .command('db')
    .description('the database')
    .command('migrate')
    .description('bring the database to the newest schema')
    .addOption(format())
    .addHelpText('after', examples('DATABASE_OWNER_URL=… DATABASE_RUNTIME_PASSWORD=… rolecall db migrate'))
    .action(async (_flags, command: Command) => {
      const { migrate } = await import('../commands/migrate.ts');
      finish(await migrate(command.optsWithGlobals<OutputOptions>(), io));
    });
}
