import { eraseAddress } from '@rolecall/persistence';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { ownerUrlOf } from './migrate.ts';

/** `rolecall db erase-address`: as the owner of the database, since no service may. The address is said nowhere. */
export async function erase(organization: string, address: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const wanted = { ownerUrl: ownerUrlOf(io), organization, address, now: io.now };
  const clients = await eraseAddress(wanted).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.usage, 'invalid_address', 'give one IPv4 or IPv6 address, as the log shows it');
  });
  if (clients === undefined)
    throw new CommandError(EXIT.failed, 'unknown_organization', `there is no organization "${organization}"`);
  if (options.format === 'json') printJson(io, { clients });
  else if (clients === 0) io.out('The log has nothing of this address.\n');
  else
    io.out(
      `Erased, of ${clients} ${clients === 1 ? 'hour' : 'hours'} of this client; the log says that somebody did.\n`,
    );
  return EXIT.done;
}
