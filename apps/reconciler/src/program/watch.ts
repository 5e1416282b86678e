import { Option } from 'commander';
import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type { WatchOptions } from '../watch/settings.ts';
import { examples } from './parts.ts';
import type { Finish } from './parts.ts';

/** `rolecall watch`. */
export function addWatch(program: Command, io: Io, finish: Finish): void {
  program
    .command('watch')
    .description('keep the server as a git repository says, or tell when it is not; one JSON line per event')
    .requiredOption(
      '--repo <url>',
      'https, ssh or file URL, git@host:path, or a directory; git itself has the credentials',
    )
    .option('--ref <ref>', 'branch, or a full reference such as refs/tags/v1', 'main')
    .option('--path <path>', 'files or a directory of the repository (default: paths of its rolecall.yaml, else all)')
    .option('--interval <duration>', 'between two looks, more or less', '60s')
    .addOption(
      new Option('--mode <mode>', 'detect: plan and tell; apply: apply what the commit says')
        .choices(['detect', 'apply'])
        .default('detect'),
    )
    .option('--once', 'one look, and exit as plan --detailed-exitcode or apply would')
    .option('--verify-signatures <file>', 'only commits that are signed by a key of this allowed signers file (ssh)')
    .option('--listen <host:port>', 'where /healthz, /status and /metrics are, or "off"', '127.0.0.1:9402')
    .option('--prune', 'release or delete organizations that the files no longer have')
    .option('--adopt', 'take organizations of the files that no collection owns')
    .option('--max-deletes <number>', 'refuse to delete or release more organizations: 3, or a share such as 10%')
    .option('--max-affected <number>', 'refuse when more users would gain or lose anything: 50, or a share such as 10%')
    .addHelpText(
      'after',
      examples(
        'rolecall watch --repo https://git.example.com/sso.git --mode apply --verify-signatures signers',
        'rolecall watch --repo git@git.example.com:sso.git --once',
      ),
    )
    .action(async (_flags, command: Command) => {
      const { watch } = await import('../commands/watch.ts');
      finish(await watch(command.optsWithGlobals<WatchOptions>(), io));
    });
}
