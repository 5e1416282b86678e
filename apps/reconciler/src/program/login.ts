import type { Command } from 'commander';
import type { ConfigOptions } from '../commands/config.ts';
import type { OutputOptions } from '../options.ts';
import { examples, format } from './parts.ts';
import type { Io } from '../io.ts';
import type { Finish } from './parts.ts';

/** `rolecall login`, `logout` and `config`: what this machine knows of a server. */
export function addLogin(program: Command, io: Io, finish: Finish): void {
  program
    .command('login')
    .description('keep an API token for a server, for you alone; typed unseen, or from standard input')
    .addOption(format())
    .addHelpText(
      'after',
      examples('rolecall login --server https://admin.sso.example.com', 'pass show rolecall | rolecall login'),
    )
    .action(async (_flags, command: Command) => {
      const { login } = await import('../commands/login.ts');
      finish(await login(command.optsWithGlobals<OutputOptions>(), io));
    });
  program
    .command('logout')
    .description('forget the API token that is kept for a server')
    .addOption(format())
    .addHelpText('after', examples('rolecall logout', 'rolecall logout --server https://admin.sso.example.com'))
    .action(async (_flags, command: Command) => {
      const { logout } = await import('../commands/login.ts');
      finish(await logout(command.optsWithGlobals<OutputOptions>(), io));
    });
  program
    .command('config')
    .description('show every setting as a command would use it here; secrets are masked')
    .option('--show-origin', 'and where each comes from: a flag, a variable, a file, or the default')
    .addOption(format())
    .addHelpText('after', examples('rolecall config', 'rolecall config --show-origin'))
    .action(async (_flags, command: Command) => {
      const { config } = await import('../commands/config.ts');
      finish(await config(command.optsWithGlobals<ConfigOptions>(), io));
    });
}
