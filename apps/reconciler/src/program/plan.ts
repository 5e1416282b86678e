import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import { TOOL_FORMATS } from '../output/formats/names.ts';
import type { ApplyOptions, PlanOptions } from '../options.ts';
import { examples, format, PATHS } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall plan` and `apply`. */
export function addPlanAndApply(program: Command, io: Io, finish: Finish): void {
  program
    .command('plan')
    .description('show what an apply would change, and for whom')
    .argument('[path...]', PATHS)
    .addOption(format('markdown', ...TOOL_FORMATS))
    .option('--detailed-exitcode', 'exit with 2 when there are changes, with 6 when all of them take drift back')
    .option('--out <file>', 'save the plan for "rolecall apply FILE"')
    .option('--org <glob>', 'show only these organizations')
    .option('--names', 'name the users whom it concerns (needs the right users.read)')
    .option('--full', 'parse and compare everything, whatever is known of the files from the last apply')
    .option(
      '--prune',
      'release or delete organizations that the files no longer have; with PATHs, those whose files were there',
    )
    .option('--adopt', 'take organizations of the files that no collection owns')
    .addOption(conflicts())
    .option('--max-deletes <number>', 'refuse to delete or release more organizations: 3, or a share such as 10%')
    .option('--max-affected <number>', 'refuse when more users would gain or lose anything: 50, or a share such as 10%')
    .option('--allow-replace', 'remove and replace also identity providers that users are linked to')
    .addHelpText('after', examples('rolecall plan --detailed-exitcode', 'rolecall plan orgs --out plan.json'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { plan } = await import('../commands/plan.ts');
      finish(await plan(paths, command.optsWithGlobals<PlanOptions>(), io));
    });
  program
    .command('apply')
    .description('do one plan: of these files, or a saved one')
    .addArgument(new Argument('[path...]', `${PATHS}; or one PLAN.json`))
    .addOption(format())
    .option('--auto-approve', 'do not ask')
    .option('--expect <fingerprint>', 'apply only the plan that was reviewed: sha256:… of "rolecall plan"')
    .option(
      '--prune',
      'release or delete organizations that the files no longer have; with PATHs, those whose files were there',
    )
    .option('--adopt', 'take organizations of the files that no collection owns')
    .addOption(conflicts())
    .option('--max-deletes <number>', 'refuse to delete or release more organizations: 3, or a share such as 10%')
    .option('--max-affected <number>', 'refuse when more users would gain or lose anything: 50, or a share such as 10%')
    .option('--allow-replace', 'remove and replace also identity providers that users are linked to')
    .addOption(atomic())
    .option('--lock-timeout <duration>', 'how long to wait while somebody else applies, such as 5m (default: 0s)')
    .addHelpText(
      'after',
      examples(
        'rolecall apply',
        'rolecall apply orgs --expect sha256:…',
        'rolecall apply plan.json',
        'rolecall apply --atomic org',
      ),
    )
    .action(async (paths: string[], _flags, command: Command) => {
      const { apply } = await import('../commands/apply.ts');
      finish(await apply(paths, command.optsWithGlobals<ApplyOptions>(), io));
    });
}

function atomic(): Option {
  const says = 'plan: all or nothing (default); org: each organization by itself, one that fails stops no other';
  return new Option('--atomic <unit>', says).choices(['plan', 'org']);
}

function conflicts(): Option {
  const says = 'git: what the files declare replaces also what somebody changed on the server meanwhile';
  return new Option('--conflicts <how>', says).choices(['git']);
}
