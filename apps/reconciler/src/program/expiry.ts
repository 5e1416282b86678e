import type { Command } from 'commander';
import type { ExpiryOptions } from '../commands/expiry.ts';
import type { Io } from '../io.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall expiry`. */
export function addExpiry(program: Command, io: Io, finish: Finish): void {
  program
    .command('expiry')
    .description('show what ends by itself: certificates, metadata, client secrets, tokens, keys')
    .argument('[org]', "the organization's name (default: all, and the deployment itself)")
    .option('--within <duration>', 'only what ends within this time, or has ended, such as 30d (default: everything)')
    .addOption(format())
    .addHelpText('after', examples('rolecall expiry --within 30d', 'rolecall expiry acme --format json'))
    .action(async (organization: string | undefined, _flags, command: Command) => {
      const { expiry } = await import('../commands/expiry.ts');
      finish(await expiry(organization, command.optsWithGlobals<ExpiryOptions>(), io));
    });
}
