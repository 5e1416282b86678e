import type { Command } from 'commander';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall domains`. */
export function addDomains(program: Command, io: Io, finish: Finish): void {
  program
    .command('domains')
    .description('show e-mail domains and the DNS records that prove them, or look one up now')
    .argument('<org>', ORGANIZATION)
    .argument('[action]', '"check", to look a domain up now')
    .argument('[domain]', 'which one')
    .addOption(format())
    .addHelpText('after', examples('rolecall domains acme', 'rolecall domains acme check acme.com'))
    .action(
      async (
        organization: string,
        action: string | undefined,
        domain: string | undefined,
        _flags,
        command: Command,
      ) => {
        const { domains } = await import('../commands/domains.ts');
        finish(await domains(organization, [action, domain], command.optsWithGlobals<OutputOptions>(), io));
      },
    );
}
