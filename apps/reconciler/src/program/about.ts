import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Shell } from '../commands/completion.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';
import { SCHEMAS, type SchemaName } from './schema-names.ts';
import { treeOf } from './tree.ts';

/** `rolecall schema`, `completion` and `version`: about the program itself. */
export function addAbout(program: Command, io: Io, finish: Finish): void {
  program
    .command('schema')
    .description('print a JSON Schema: of the organization document, or of another thing that is read or printed')
    .addArgument(new Argument('[what]', 'of which').choices(SCHEMAS).default('organization'))
    .addHelpText('after', examples('rolecall schema > organization.v1.json', 'rolecall schema plan > plan.v1.json'))
    .action(async (what: SchemaName) => {
      const { schema } = await import('../commands/schema.ts');
      finish(schema(what, io));
    });
  program
    .command('completion')
    .description('print a script by which a shell completes commands and flags')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples('source <(rolecall completion bash)', 'rolecall completion fish | source'))
    .action(async (shell: Shell) => {
      const { completion } = await import('../commands/completion.ts');
      finish(completion(shell, treeOf(program), io));
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
