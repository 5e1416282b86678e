import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Finish } from './parts.ts';
import type { LogOptions } from '../commands/scim-log.ts';
import type { ReceiptsOptions } from '../commands/scim.ts';

/** `rolecall scim …`: the directory of an organization, which its identity provider fills over SCIM. */
export function addScim(program: Command, io: Io, finish: Finish): void {
  const scim = program
    .command('scim')
    .description('directories: how one is doing, its tokens, what its identity provider asked')
    .addHelpText('after', examples('rolecall scim status acme', 'rolecall scim token issue acme okta'));
  scim
    .command('status')
    .description('what to enter at the identity provider, users and groups, tokens, and what needs doing')
    .argument('<org>', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall scim status acme', 'rolecall scim status acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { scimStatus } = await import('../commands/scim.ts');
      finish(await scimStatus(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  addTokens(scim, io, finish);
  addLog(scim, io, finish);
  addRemovals(scim, io, finish);
}

function addTokens(scim: Command, io: Io, finish: Finish): void {
  const token = scim.command('token').description('bearer tokens of identity providers');
  token
    .command('issue')
    .description('make one and print it this once; the former ones of its name end after the overlap')
    .argument('<org>', ORGANIZATION)
    .argument('<name>', 'which one: a name under spec.scim.tokens in the document')
    .addOption(format())
    .addHelpText('after', examples('rolecall scim token issue acme okta'))
    .action(async (organization: string, name: string, _flags, command: Command) => {
      const { issueScimToken } = await import('../commands/scim.ts');
      finish(await issueScimToken(organization, name, command.optsWithGlobals<OutputOptions>(), io));
    });
  token
    .command('list')
    .description('show every token and its state, never the secret')
    .argument('<org>', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall scim token list acme', 'rolecall scim token list acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { listScimTokens } = await import('../commands/scim.ts');
      finish(await listScimTokens(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  token
    .command('revoke')
    .description('end one at once')
    .argument('<org>', ORGANIZATION)
    .argument('<id>', 'its id: "rolecall scim token list" shows it')
    .addOption(format())
    .addHelpText('after', examples('rolecall scim token revoke acme 019a3f00-0000-7000-8000-000000000001'))
    .action(async (organization: string, id: string, _flags, command: Command) => {
      const { revokeScimToken } = await import('../commands/scim.ts');
      finish(await revokeScimToken(organization, id, command.optsWithGlobals<OutputOptions>(), io));
    });
}

function addLog(scim: Command, io: Io, finish: Finish): void {
  scim
    .command('log')
    .description('show what the identity provider asked and what came of it; without the values of attributes')
    .argument('<org>', ORGANIZATION)
    .argument('[id]', 'one request: shows all that is known of it')
    .option('--refused', 'only those that were refused or failed')
    .option('--since <when>', 'only from then on: 2h (ago), 2026-11-01 or 2026-11-01T12:00:00Z')
    .option('--resource <id>', 'only those about this user or group')
    .option('--quirk <name>', 'only those that this rule helped to understand')
    .option('--token-name <name>', 'only those with a token of this name')
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .option('--follow', 'keep showing new ones, until interrupted; the newest last')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall scim log acme --refused --since 2h',
        'rolecall scim log acme --follow',
        'rolecall scim log acme 0a1b…',
      ),
    )
    .action(async (organization: string, id: string | undefined, _flags, command: Command) => {
      const { scimLog } = await import('../commands/scim-log.ts');
      finish(await scimLog(organization, id, command.optsWithGlobals<LogOptions>(), io));
    });
}

function addRemovals(scim: Command, io: Io, finish: Finish): void {
  scim
    .command('holds')
    .description('show removals that the brake holds, and those released lately')
    .argument('<org>', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall scim holds acme'))
    .action(async (organization: string, _flags, command: Command) => {
      const { scimHolds } = await import('../commands/scim.ts');
      finish(await scimHolds(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  scim
    .command('release')
    .description('let held removals through: the identity provider asks for them again by itself')
    .argument('<org>', ORGANIZATION)
    .argument('<hold>', 'its id: "rolecall scim holds" shows it')
    .addOption(format())
    .addHelpText('after', examples('rolecall scim release acme 019a3f00-0000-7000-8000-000000000001'))
    .action(async (organization: string, hold: string, _flags, command: Command) => {
      const { releaseScimHold } = await import('../commands/scim.ts');
      finish(await releaseScimHold(organization, hold, command.optsWithGlobals<OutputOptions>(), io));
    });
  scim
    .command('receipts')
    .description('show what ended with each user that the directory deactivated or deleted')
    .argument('<org>', ORGANIZATION)
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .addOption(format())
    .addHelpText('after', examples('rolecall scim receipts acme'))
    .action(async (organization: string, _flags, command: Command) => {
      const { scimReceipts } = await import('../commands/scim.ts');
      finish(await scimReceipts(organization, command.optsWithGlobals<ReceiptsOptions>(), io));
    });
}
