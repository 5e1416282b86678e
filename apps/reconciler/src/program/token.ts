import type { Command } from 'commander';
import type { TokenOptions } from '../commands/token.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall token …`. */
export function addTokens(program: Command, io: Io, finish: Finish): void {
  const token = program.command('token').description('API tokens; on the server, with DATABASE_URL');
  token
    .command('create')
    .description('make a token and print it this once')
    .requiredOption('--name <name>', 'what it is for; stands in the history')
    .option('--rights <list>', 'comma separated, or all (default: organizations.read,plan,apply)')
    .option('--organizations <list>', "names or patterns, comma separated: 'acme,eu-*' (default: all)")
    .option('--expires <when>', 'such as 90d or 2027-03-31 (default: never)')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall token create --name ci --expires 90d',
        "rolecall token create --name team-eu --organizations 'acme,eu-*' --expires 90d",
        'rolecall token create --name support --rights organizations.read,flows.read',
      ),
    )
    .action(async (_flags, command: Command) => {
      const { createToken } = await import('../commands/token.ts');
      finish(await createToken(command.optsWithGlobals<TokenOptions>(), io));
    });
  token
    .command('list')
    .description('show every token and its state, never the secret')
    .addOption(format())
    .addHelpText('after', examples('rolecall token list', 'rolecall token list --format json'))
    .action(async (_flags, command: Command) => {
      const { listTokens } = await import('../commands/token.ts');
      finish(await listTokens(command.optsWithGlobals<OutputOptions>(), io));
    });
  token
    .command('revoke')
    .description('end a token at once')
    .argument('<id>', 'the part after rct_')
    .addOption(format())
    .addHelpText('after', examples('rolecall token revoke 0a1b2c3d4e5f60718293a4b5'))
    .action(async (id: string, _flags, command: Command) => {
      const { revokeToken } = await import('../commands/token.ts');
      finish(await revokeToken(id, command.optsWithGlobals<OutputOptions>(), io));
    });
}
