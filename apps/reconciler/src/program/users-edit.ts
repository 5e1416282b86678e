import type { Command } from 'commander';
import type { InviteOptions, RevokeOptions } from '../commands/users-edit.ts';
import type { ImportUsersOptions } from '../commands/users-import.ts';
import type { Io } from '../io.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format, ORGANIZATION } from './parts.ts';
import type { Finish } from './parts.ts';
import { addUserGroups } from './user-groups.ts';
import { LAST, LAST_MEANS, ofUser } from './users-arguments.ts';

/** `rolecall users invite|import|grant|revoke|join|leave|unlink`. */
export function addUserEdits(users: Command, io: Io, finish: Finish): void {
  addInvite(users, io, finish);
  addImport(users, io, finish);
  addRoles(users, io, finish);
  addUserGroups(users, io, finish);
  addUnlink(users, io, finish);
}

function addInvite(users: Command, io: Io, finish: Finish): void {
  users
    .command('invite')
    .description('invite somebody by mail: the link is good for a week, once')
    .argument('<org>', ORGANIZATION)
    .argument('<address>', 'whom')
    .option('--name <name>', 'what the person is called')
    .option('--role <role@scope...>', 'roles on scopes whose roles are edited (managedBy: app, appScopes)')
    .option('--group <group...>', 'groups, with managedBy: app')
    .option('--again', 'send somebody who is invited another link; the one before ends')
    .option('--print-link', 'print the link and send no mail')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'rolecall users invite acme ann@acme.com --role member@account/partner',
        'rolecall users invite acme ann@acme.com --again --print-link',
      ),
    )
    .action(async (organization: string, address: string, _flags, command: Command) => {
      const { inviteUser } = await import('../commands/users-edit.ts');
      finish(await inviteUser(organization, address, command.optsWithGlobals<InviteOptions>(), io));
    });
}

function addImport(users: Command, io: Io, finish: Finish): void {
  users
    .command('import')
    .description('bind existing users and create invited ones by a CSV file, each with exactly the roles of its line')
    .argument('<org>', ORGANIZATION)
    .argument(
      '<file>',
      'as "rolecall export-users" writes it, at most 10000 users; an empty cell leaves an account as it is',
    )
    .option('--apply', 'do it; without it nothing is written')
    .option(LAST, LAST_MEANS)
    .addOption(format())
    .addHelpText(
      'after',
      examples('rolecall users import acme users.csv', 'rolecall users import acme users.csv --apply'),
    )
    .action(async (organization: string, file: string, _flags, command: Command) => {
      const { importUsers } = await import('../commands/users-import.ts');
      finish(await importUsers(organization, file, command.optsWithGlobals<ImportUsersOptions>(), io));
    });
}

function addRoles(users: Command, io: Io, finish: Finish): void {
  for (const what of ['grant', 'revoke'] as const) {
    const command = ofUser(users, what)
      .description(`${what === 'grant' ? 'give a user a role' : 'take a role from a user'} where roles are edited`)
      .argument('<role@scope>', 'such as member@account/partner')
      .addOption(format())
      .addHelpText('after', examples(`rolecall users ${what} acme eve@acme.com member@account/partner`))
      .action(async (organization: string, user: string, role: string, _flags, self: Command) => {
        const { editRole } = await import('../commands/users-edit.ts');
        finish(await editRole([organization, user, role], what, self.optsWithGlobals<RevokeOptions>(), io));
      });
    if (what === 'revoke') command.option(LAST, LAST_MEANS);
  }
}

function addUnlink(users: Command, io: Io, finish: Finish): void {
  ofUser(users, 'unlink')
    .description(
      'take away an account that a user linked (consumerAccounts: link) and lost; a password can be set again',
    )
    .argument('<identity-provider>', 'its name in the document, such as google')
    .addOption(format())
    .addHelpText('after', examples('rolecall users unlink acme eve@acme.com google'))
    .action(async (organization: string, user: string, identityProvider: string, _flags, command: Command) => {
      const { unlinkAccount } = await import('../commands/users-edit.ts');
      finish(await unlinkAccount([organization, user, identityProvider], command.optsWithGlobals<OutputOptions>(), io));
    });
}
