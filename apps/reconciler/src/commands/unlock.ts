import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { endLease } from '../server/leases.ts';

/** `rolecall unlock COLLECTION`: ends the lease of an apply that is dead. One that is not is refused when it comes to write. */
export async function unlock(collection: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const result = await answered(endLease(client, collection));
  if (options.format === 'json') printJson(io, result);
  else if (result.ended === null) io.out(`Nobody holds "${collection}".\n`);
  else {
    const { holder, token, takenAt } = result.ended;
    const late = 'Should it be alive after all, its apply is refused.';
    io.out(`Ended the lease of "${collection}": ${holder} (token "${token}"), since ${takenAt}. ${late}\n`);
  }
  return EXIT.done;
}
