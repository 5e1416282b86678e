import type { Command } from 'commander';
import { TOOL_FORMATS } from '../output/formats/names.ts';
import type { FmtOptions } from '../commands/fmt.ts';
import type { ValidateOptions } from '../options.ts';
import { examples, format, PATHS } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall validate` and `fmt`: what needs files and nothing else. */
export function addFileCommands(program: Command, io: Io, finish: Finish): void {
  program
    .command('validate')
    .description('check files offline: YAML, schema, references, and their tests')
    .argument('[path...]', PATHS)
    .addOption(format(...TOOL_FORMATS))
    .addHelpText('after', examples('rolecall validate', 'rolecall validate orgs/acme.yaml --format json'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { validate } = await import('../commands/validate.ts');
      finish(await validate(paths, command.optsWithGlobals<ValidateOptions>(), io));
    });
  program
    .command('fmt')
    .description('bring files into one form: keys in the order of the schema, comments kept')
    .argument('[path...]', PATHS)
    .option('--check', 'change nothing; exit with 3 when a file is not in it')
    .addOption(format())
    .addHelpText('after', examples('rolecall fmt', 'rolecall fmt --check orgs'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { fmt } = await import('../commands/fmt.ts');
      finish(await fmt(paths, command.optsWithGlobals<FmtOptions>(), io));
    });
}
