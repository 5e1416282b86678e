import type { Command } from 'commander';
import type { FlowsOptions } from '../commands/flows.ts';
import type { TestSsoOptions } from '../commands/test-sso.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall flows` and `test-sso`: sign-ins that were, and one to try. */
export function addLogins(program: Command, io: Io, finish: Finish): void {
  program
    .command('flows')
    .description('show how logins ended, and why one failed')
    .argument('<org>', ORGANIZATION)
    .argument('[trace-id]', 'the reference of an error page: shows every check of this login')
    .option('--refused', 'only logins that were refused')
    .option('--code <code>', 'only those of this error code')
    .option('--limit <number>', 'how many, the newest first (default: 20)')
    .addOption(format())
    .addHelpText('after', examples('rolecall flows acme --refused', 'rolecall flows acme 0a1b…'))
    .action(async (organization: string, traceId: string | undefined, _flags, command: Command) => {
      const { flows } = await import('../commands/flows.ts');
      finish(await flows(organization, traceId, command.optsWithGlobals<FlowsOptions>(), io));
    });
  program
    .command('test-sso')
    .description('try a sign-in from end to end by a one-time link, and show what came of it; signs nobody in')
    .argument('<org>', ORGANIZATION)
    .argument('<idp>', "the identity provider's name in the document")
    .option(
      '--timeout <duration>',
      'how long to wait for the sign-in, such as 5m (default: as long as the link is good)',
    )
    .addOption(format())
    .addHelpText('after', examples('rolecall test-sso acme okta', 'rolecall test-sso acme okta --format json'))
    .action(async (organization: string, identityProvider: string, _flags, command: Command) => {
      const { testSso } = await import('../commands/test-sso.ts');
      finish(await testSso(organization, identityProvider, command.optsWithGlobals<TestSsoOptions>(), io));
    });
}
