import type { Command } from 'commander';
import type { ExplainOptions } from '../commands/explain.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall explain`. */
export function addExplain(program: Command, io: Io, finish: Finish): void {
  program
    .command('explain')
    .description('show what facts come to: every rule, matched or not, and why; nothing is stored or sent')
    .argument('<org>', ORGANIZATION)
    .option(
      '--facts <json>',
      'what an identity provider says: {"groups":["admins"]}, or a file of it; - is standard input',
    )
    .option('--test <name>', 'the facts of an entry of `tests`')
    .option('--idp <name>', 'whose `attributes` name the profile (default: the only one)')
    .option('--live', 'by the document that the server has, not by the files')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        `rolecall explain acme --facts '{"role_mapping":"engineering"}'`,
        'rolecall explain acme --test "an engineer creates campaigns"',
      ),
    )
    .action(async (organization: string, _flags, command: Command) => {
      const { explain } = await import('../commands/explain.ts');
      finish(await explain(organization, command.optsWithGlobals<ExplainOptions>(), io));
    });
}
