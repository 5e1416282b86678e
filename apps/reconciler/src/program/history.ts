import type { Command } from 'commander';
import type { HistoryOptions, ShowOptions } from '../commands/history.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall history` and `show`: revisions. */
export function addHistory(program: Command, io: Io, finish: Finish): void {
  program
    .command('history')
    .description('show the revisions of an organization: who applied what, when and from where')
    .argument('<org>', ORGANIZATION)
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .addOption(format())
    .addHelpText('after', examples('rolecall history acme', 'rolecall history acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { history } = await import('../commands/history.ts');
      finish(await history(organization, command.optsWithGlobals<HistoryOptions>(), io));
    });
  program
    .command('show')
    .description('print an organization as YAML, as it is or as it was; or a saved plan')
    .argument('<org>', 'the organization\'s name, or a PLAN.json of "rolecall plan --out"')
    .option('--revision <number>', 'which one, from "rolecall history" (default: the live one)')
    .addOption(format())
    .addHelpText('after', examples('rolecall show acme', 'rolecall show acme --revision 3', 'rolecall show plan.json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { show } = await import('../commands/history.ts');
      finish(await show(organization, command.optsWithGlobals<ShowOptions>(), io));
    });
}
