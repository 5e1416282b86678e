import { Command } from 'commander';
import { commandVersion } from './command-version.ts';
import type { Io } from './io.ts';
import { addAbout } from './program/about.ts';
import { addAudit } from './program/audit.ts';
import { addComment } from './program/comment.ts';
import { addDatabase } from './program/database.ts';
import { addDomains } from './program/domains.ts';
import { addDrift } from './program/drift.ts';
import { addExpiry } from './program/expiry.ts';
import { addExplain } from './program/explain.ts';
import { addFileCommands } from './program/files.ts';
import { addHistory } from './program/history.ts';
import { addIdentityProviders } from './program/identity-providers.ts';
import { addImport } from './program/import.ts';
import { addLogins } from './program/logins.ts';
import { addUnlock } from './program/lock.ts';
import { addOwnership } from './program/ownership.ts';
import type { AddCommands, Finish } from './program/parts.ts';
import { addPlanAndApply } from './program/plan.ts';
import { addScim } from './program/scim.ts';
import { addSecrets } from './program/secrets.ts';
import { addPlatform } from './program/platform.ts';
import { addLogin } from './program/login.ts';
import { addTokens } from './program/token.ts';
import { addWatch } from './program/watch.ts';
import { addUsers } from './program/users.ts';

/** Every group of commands, in the order of the help: a file of program/ each. */
const GROUPS: readonly AddCommands[] = [
  addFileCommands,
  addPlanAndApply,
  addUnlock,
  addDrift,
  addWatch,
  addOwnership,
  addExplain,
  addComment,
  addImport,
  addHistory,
  addLogins,
  addDomains,
  addIdentityProviders,
  addScim,
  addSecrets,
  addExpiry,
  addPlatform,
  addUsers,
  addAudit,
  addLogin,
  addTokens,
  addDatabase,
  addAbout,
];

/**
 * The command line. Each action imports its command when it runs, so that `rolecall version` does not wait for a YAML
 * parser. `finish` is told the exit code.
 */
export function createProgram(io: Io, finish: Finish): Command {
  const program = new Command('rolecall')
    .description('Single sign-on, provisioning and role mapping as code.')
    .version(`rolecall ${commandVersion()} (Node ${process.version})`, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what there is)')
    .option('--server <url>', 'the admin API (ROLECALL_SERVER, rolecall.yaml, .rolecall/dev.json)')
    .option('--token <token>', 'better: ROLECALL_TOKEN, which no process list shows')
    .option('--collection <name>', 'the set of organizations that these files own (default "default")')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .addHelpText('after', EXIT_CODES);
  for (const add of GROUPS) add(program, io, finish);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0   done, or nothing to do
  1   failed: network, rights, server
  2   changes pending (plan --detailed-exitcode)
  3   the configuration is not valid
  4   stale plan: something changed in between; or somebody else applies
  5   refused by a guard
  6   only drift: somebody changed on the server what is declared (plan --detailed-exitcode)
  7   apply --atomic org: not every organization was applied
  64  wrong usage
`;
