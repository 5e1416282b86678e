import type { Command } from 'commander';
import type { DriftOptions } from '../commands/drift.ts';
import type { OverrideOptions } from '../commands/override.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION, PATHS } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall drift` and `override`: what is written past git. */
export function addDrift(program: Command, io: Io, finish: Finish): void {
  program
    .command('drift')
    .description(
      'show what the server has that no file has said, since when and by whom; exit with 6 when there is some',
    )
    .argument('[path...]', `with --write: ${PATHS}`)
    .option('--write', 'take it over into the files, comments kept; a plan of them takes nothing back then')
    .option('--overridden', 'with --write: also what is overridden for a while, which stays then')
    .addOption(format())
    .addHelpText('after', examples('rolecall drift', 'rolecall drift --write', 'rolecall drift --write --overridden'))
    .action(async (paths: string[], _flags, command: Command) => {
      const { drift } = await import('../commands/drift.ts');
      finish(await drift(paths, command.optsWithGlobals<DriftOptions>(), io));
    });
  addOverride(program, io, finish);
}

function addOverride(program: Command, io: Io, finish: Finish): void {
  const override = program
    .command('override')
    .description('break-glass: change an organization past git, for a while')
    .addHelpText('after', examples('rolecall override acme patch.yaml --reason "incident 7" --expires 4h'));
  override
    .command('set', { isDefault: true })
    .description(
      'set fields for seven days at most, also those that files declare; every plan names them; the same patch again gives them another end',
    )
    .argument('<org>', ORGANIZATION)
    .argument('<file>', 'a merge patch of the document (YAML or JSON; null removes); - is standard input')
    .requiredOption('--reason <text>', 'why; stands in every plan')
    .requiredOption(
      '--expires <when>',
      'a duration from now such as 4h or 2d, or a moment (2026-12-01T12:00:00Z); within a minute after it the server takes the fields back',
    )
    .option('--allow-replace', 'take away or replace identity providers that users are linked to')
    .addOption(format())
    .addHelpText('after', examples('rolecall override acme patch.yaml --reason "incident 7" --expires 4h'))
    .action(async (organization: string, file: string, _flags, command: Command) => {
      const commands = await import('../commands/override.ts');
      finish(await commands.override(organization, file, command.optsWithGlobals<OverrideOptions>(), io));
    });
  override
    .command('list')
    .description('show what is overridden, until when, by whom and why, and what could not be taken back at its end')
    .argument('<org>', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall override list acme'))
    .action(async (organization: string, _flags, command: Command) => {
      const { listOverrides } = await import('../commands/override.ts');
      finish(await listOverrides(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  override
    .command('end')
    .description(
      'end overrides now, all or one, and take their fields back; exit with 1 when the server cannot take back all of it',
    )
    .argument('<org>', ORGANIZATION)
    .argument('[path]', 'only the one of this JSON pointer, as "override list" shows it')
    .addOption(format())
    .addHelpText('after', examples('rolecall override end acme', 'rolecall override end acme /spec/login/enforceSso'))
    .action(async (organization: string, path: string | undefined, _flags, command: Command) => {
      const { endOverride } = await import('../commands/override.ts');
      finish(await endOverride(organization, path, command.optsWithGlobals<OutputOptions>(), io));
    });
}
