import type { Command } from 'commander';
import type { PlatformOptions } from '../commands/platform.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall platform`. */
export function addPlatform(program: Command, io: Io, finish: Finish): void {
  program
    .command('platform')
    .description('print the document of the deployment: whose pipelines are trusted, and with what')
    .option('--out <file>', 'write it to this new file; a plan of it is empty')
    .addOption(format())
    .addHelpText('after', examples('rolecall platform', 'rolecall platform --out platform.yaml'))
    .action(async (_flags, command: Command) => {
      const { platform } = await import('../commands/platform.ts');
      finish(await platform(command.optsWithGlobals<PlatformOptions>(), io));
    });
}
