import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { receiptText } from '../output/users.ts';
import type { StoppedUser } from '../server/users.ts';
import { usersClient } from './users.ts';

export interface StopOptions extends OutputOptions {
  readonly lastSsoAdmin?: boolean;
  readonly yes?: boolean;
}

/** `rolecall users deactivate ORG USER`: out at once, and kept out. */
export async function deactivateUser(
  organization: string,
  user: string,
  options: StopOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const stopped = await client.deactivate(await client.idOf(user), options.lastSsoAdmin === true);
  return show(stopped, 'The user is deactivated already.', 'Deactivated.', options, io);
}

/** `rolecall users reactivate ORG USER`. */
export async function reactivateUser(
  organization: string,
  user: string,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const resumed = await client.reactivate(await client.idOf(user));
  const { status } = resumed.user;
  if (options.format === 'json') printJson(io, resumed);
  else if (resumed.outcome === 'unchanged') io.out('Nobody keeps the user out.\n');
  else if (status === 'disabled') io.out('Reactivated here; the directory still says that the user is not active.\n');
  else io.out(`Reactivated: ${status}. Nothing that ended comes back.\n`);
  return EXIT.done;
}

/** `rolecall users delete ORG USER`: asks first. */
export async function deleteUser(organization: string, user: string, options: StopOptions, io: Io): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const userId = await client.idOf(user);
  if (options.yes !== true && !(await agreed(user, organization, io))) {
    io.err('Nothing was deleted.\n');
    return EXIT.failed;
  }
  const stopped = await client.remove(userId, options.lastSsoAdmin === true);
  return show(stopped, 'Nothing to do.', 'Deleted, with all that belongs to the user.', options, io);
}

async function agreed(user: string, organization: string, io: Io): Promise<boolean> {
  if (io.ask === undefined) {
    const message = 'there is nobody to ask: add --yes to delete the user for good';
    throw new CommandError(EXIT.usage, 'not_confirmed', message);
  }
  const answer = await io.ask(`Delete ${user} of ${organization} for good? (y/N) `);
  return /^y(?:es)?$/i.test(answer.trim());
}

function show(stopped: StoppedUser, unchanged: string, done: string, options: OutputOptions, io: Io): ExitCode {
  if (options.format === 'json') printJson(io, stopped);
  else if (stopped.receipt === null) io.out(`${unchanged}\n`);
  else io.out(`${done} ${receiptText(stopped.receipt)}`);
  return EXIT.done;
}
