import type { Command } from 'commander';
import type { ImportOptions } from '../commands/import.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall import`. */
export function addImport(program: Command, io: Io, finish: Finish): void {
  program
    .command('import')
    .description('write what the server has as files; a plan of them is empty')
    .argument('[org...]', 'names of organizations')
    .option('--all', 'every organization')
    .option('--out-dir <directory>', 'where the files go (default: the working directory)')
    .option('--force', 'replace files that exist; those that inherit from templates are refused')
    .addOption(format())
    .addHelpText('after', examples('rolecall import acme', 'rolecall import --all --out-dir orgs'))
    .action(async (names: string[], _flags, command: Command) => {
      const { importOrganizations } = await import('../commands/import.ts');
      finish(await importOrganizations(names, command.optsWithGlobals<ImportOptions>(), io));
    });
}
