import type { Command } from 'commander';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall idps …`. */
export function addIdentityProviders(program: Command, io: Io, finish: Finish): void {
  const idps = program
    .command('idps')
    .description('identity providers as they are now, and their SAML metadata')
    .addHelpText('after', examples('rolecall idps acme', 'rolecall idps refresh acme okta'));
  idps
    .command('list', { isDefault: true })
    .description('show certificates, the last refresh of metadata, and what waits to be accepted')
    .argument('<org>', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall idps acme', 'rolecall idps acme --format json'))
    .action(async (organization: string, _flags, command: Command) => {
      const { listIdentityProviders } = await import('../commands/idps.ts');
      finish(await listIdentityProviders(organization, command.optsWithGlobals<OutputOptions>(), io));
    });
  idps
    .command('refresh')
    .description('fetch the metadata of one now')
    .argument('<org>', ORGANIZATION)
    .argument('<idp>', "the identity provider's name")
    .addOption(format())
    .addHelpText('after', examples('rolecall idps refresh acme okta'))
    .action(async (organization: string, idp: string, _flags, command: Command) => {
      const { refreshMetadata } = await import('../commands/idps.ts');
      finish(await refreshMetadata(organization, idp, command.optsWithGlobals<OutputOptions>(), io));
    });
  idps
    .command('accept')
    .description('use metadata that waits, such as one whose signing keys are all new')
    .argument('<org>', ORGANIZATION)
    .argument('<idp>', "the identity provider's name")
    .argument('<digest>', 'of the metadata that was looked at: "rolecall idps ORG" shows it')
    .addOption(format())
    .addHelpText('after', examples('rolecall idps accept acme okta 0a1b…'))
    .action(async (organization: string, idp: string, digest: string, _flags, command: Command) => {
      const { acceptMetadata } = await import('../commands/idps.ts');
      finish(await acceptMetadata([organization, idp, digest], command.optsWithGlobals<OutputOptions>(), io));
    });
}
