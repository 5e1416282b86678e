import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall unlock`. */
export function addUnlock(program: Command, io: Io, finish: Finish): void {
  program
    .command('unlock')
    .description('end the lease of a collection whose apply is dead; it would end by itself within a minute')
    .argument('<collection>', 'which one, as "rolecall apply" names it')
    .addOption(format())
    .addHelpText('after', examples('rolecall unlock default'))
    .action(async (collection: string, _flags, command: Command) => {
      const { unlock } = await import('../commands/unlock.ts');
      finish(await unlock(collection, command.optsWithGlobals<OutputOptions>(), io));
    });
}
