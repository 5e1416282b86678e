import type { Command } from 'commander';
import type { RotateMasterKeyOptions } from '../commands/rotate-master-key.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall db …`. */
export function addDatabase(program: Command, io: Io, finish: Finish): void {
  const db = program.command('db').description('the database');
  db.command('migrate')
    .description('bring the database to the newest schema')
    .addOption(format())
    .addHelpText('after', examples('DATABASE_OWNER_URL=… DATABASE_RUNTIME_PASSWORD=… rolecall db migrate'))
    .action(async (_flags, command: Command) => {
      const { migrate } = await import('../commands/migrate.ts');
      finish(await migrate(command.optsWithGlobals<OutputOptions>(), io));
    });
  db.command('erase-address')
    .description(
      "erase one client's address beside an audit log before its time; the log says that somebody did, and not which",
    )
    .argument('<org>', "the organization's name")
    .argument('<address>', 'IPv4 or IPv6')
    .addOption(format())
    .addHelpText('after', examples('DATABASE_OWNER_URL=… rolecall db erase-address acme 192.0.2.7'))
    .action(async (organization: string, address: string, _flags, command: Command) => {
      const { erase } = await import('../commands/erase-address.ts');
      finish(await erase(organization, address, command.optsWithGlobals<OutputOptions>(), io));
    });
  db.command('rotate-master-key')
    .description('wrap every key anew that the previous master key wrapped; may be interrupted and run again')
    .option('--check', 'only count what the previous one still wraps')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'DATABASE_OWNER_URL=… ROLECALL_MASTER_KEY=… ROLECALL_MASTER_KEY_PREVIOUS=… rolecall db rotate-master-key',
      ),
    )
    .action(async (_flags, command: Command) => {
      const { rotate } = await import('../commands/rotate-master-key.ts');
      finish(await rotate(command.optsWithGlobals<RotateMasterKeyOptions>(), io));
    });
}
