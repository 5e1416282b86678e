import type { Command } from 'commander';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall schema` and `version`: about the program itself. */
export function addAbout(program: Command, io: Io, finish: Finish): void {
  program
    .command('schema')
    .description('print the JSON Schema of the organization document')
    .addHelpText('after', examples('rolecall schema > organization.v1.json'))
    .action(async () => {
      const { schema } = await import('../commands/schema.ts');
      finish(schema(io));
    });
  program
    .command('version')
    .description('print the version')
    .addOption(format())
    .addHelpText('after', examples('rolecall version'))
    .action(async (_flags, command: Command) => {
      const { version } = await import('../commands/version.ts');
      finish(version(command.optsWithGlobals<OutputOptions>(), io));
    });
}
