import type { Command } from 'commander';
import type { RollbackOptions } from '../commands/rollback.ts';
import type { Io } from '../io.ts';
import type { ApplyOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall rollback`, `adopt` and `release`: plans that come from no files. */
export function addOwnership(program: Command, io: Io, finish: Finish): void {
  approved(program.command('rollback'))
    .description('make an organization what a former revision was, by a plan; the files are not touched')
    .argument('<org>', ORGANIZATION)
    .requiredOption('--to <revision>', 'which one: "rolecall history" shows them')
    .option('--allow-replace', 'remove and replace also identity providers that users are linked to')
    .option('--max-affected <number>', 'refuse when more users would gain or lose anything: 50, or a share such as 10%')
    .addHelpText('after', examples('rolecall history acme', 'rolecall rollback acme --to 7'))
    .action(async (organization: string, _flags, command: Command) => {
      const { rollback } = await import('../commands/rollback.ts');
      finish(await rollback(organization, command.optsWithGlobals<RollbackOptions>(), io));
    });
  approved(program.command('adopt'))
    .description('take organizations that no collection owns, as they are')
    .argument('<org...>', 'names of organizations')
    .addHelpText('after', examples('rolecall adopt acme', 'rolecall adopt acme globex --collection customers'))
    .action(async (names: string[], _flags, command: Command) => {
      const { adopt } = await import('../commands/ownership.ts');
      finish(await adopt(names, command.optsWithGlobals<ApplyOptions>(), io));
    });
  approved(program.command('release'))
    .description('give organizations up: they and their users stay, and no files own them any more')
    .argument('<org...>', 'names of organizations')
    .option('--max-deletes <number>', 'refuse to release more organizations: 3, or a share such as 10%')
    .addHelpText('after', examples('rolecall release acme', 'rolecall release acme globex --auto-approve'))
    .action(async (names: string[], _flags, command: Command) => {
      const { release } = await import('../commands/ownership.ts');
      finish(await release(names, command.optsWithGlobals<ApplyOptions>(), io));
    });
}

/** What every command has that does a plan. */
function approved(command: Command): Command {
  return command
    .addOption(format())
    .option('--auto-approve', 'do not ask')
    .option('--expect <fingerprint>', 'apply only the plan that was reviewed: sha256:…')
    .option('--lock-timeout <duration>', 'how long to wait while somebody else applies, such as 5m (default: 0s)');
}
