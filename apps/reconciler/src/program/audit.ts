import type { Command } from 'commander';
import { Option } from 'commander';
import type { AuditOptions } from '../commands/audit.ts';
import type { VerifyOptions } from '../commands/audit-verify.ts';
import type { Io } from '../io.ts';
import { examples, format } from './parts.ts';
import type { Finish } from './parts.ts';

const ORGANIZATION = "the organization's name; without it the log of the deployment";

/** `rolecall audit …`: who did what, and the proof that nobody changed it since. */
export function addAudit(program: Command, io: Io, finish: Finish): void {
  const audit = program
    .command('audit')
    .description('the audit log: read, follow, export and verify it')
    .addHelpText(
      'after',
      `${examples('rolecall audit list acme --follow', 'rolecall audit head acme > acme.head', 'rolecall audit verify acme --head acme.head')}
Needs a token with the right audit.read.
`,
    );
  filtered(audit.command('list', { isDefault: true }))
    .description('show who did what, the oldest first')
    .option('--limit <number>', 'how many (default: 20)')
    .option('--follow', 'also what comes, until interrupted')
    .addOption(format('jsonl', 'syslog'))
    .addHelpText(
      'after',
      examples(
        'rolecall audit list acme --type login.refused --since 24h',
        'rolecall audit list acme --address 192.0.2.7',
        'rolecall audit list acme --follow --format jsonl',
      ),
    )
    .action(async (organization: string | undefined, _flags, command: Command) => {
      const { audit: list } = await import('../commands/audit.ts');
      finish(await list(organization, command.optsWithGlobals<AuditOptions>(), io));
    });
  filtered(audit.command('export'))
    .description('print all of it, a line each; the log records that you did')
    .addOption(new Option('--format <format>', 'of a line').choices(['jsonl', 'syslog']).default('jsonl'))
    .addHelpText('after', examples('rolecall audit export acme > acme.jsonl', 'rolecall audit export --format syslog'))
    .action(async (organization: string | undefined, _flags, command: Command) => {
      const { exportAudit } = await import('../commands/audit.ts');
      finish(await exportAudit(organization, command.optsWithGlobals<AuditOptions>(), io));
    });
  audit
    .command('head')
    .description('print the signed end of the log, to be kept where who can write the log cannot')
    .argument('[org]', ORGANIZATION)
    .addOption(format())
    .addHelpText('after', examples('rolecall audit head acme > acme.head'))
    .action(async (organization: string | undefined, _flags, command: Command) => {
      const { auditHead } = await import('../commands/audit.ts');
      finish(await auditHead(organization, command.optsWithGlobals<AuditOptions>(), io));
    });
  audit
    .command('verify')
    .description('compute the hash chain anew: shows an event that was edited, deleted, moved or cut off')
    .argument('[org]', ORGANIZATION)
    .option('--head <file>', 'a head that was kept: shows also a log that was rewritten as a whole')
    .option('--keys <file>', 'the public keys as of then (default: those of the server)')
    .option(
      '--address-days <days>',
      'ROLECALL_AUDIT_ADDRESS_DAYS of the deployment: fails when younger addresses are erased',
    )
    .addOption(format())
    .addHelpText('after', examples('rolecall audit verify acme --head acme.head'))
    .action(async (organization: string | undefined, _flags, command: Command) => {
      const { verifyAudit } = await import('../commands/audit-verify.ts');
      finish(await verifyAudit(organization, command.optsWithGlobals<VerifyOptions>(), io));
    });
}

function filtered(command: Command): Command {
  return command
    .argument('[org]', ORGANIZATION)
    .option('--type <type>', 'only this type of event, such as login.refused')
    .option('--actor <id>', 'only what this token, user or component did')
    .option('--subject <id>', 'only what is about this: a user id, an identity provider, …')
    .option('--address <address>', 'only what was asked from this IPv4 or IPv6 address')
    .option('--since <time>', 'only from then on: 2h, 2026-11-01 or 2026-11-01T12:00:00Z')
    .option('--until <time>', 'only up to then');
}
