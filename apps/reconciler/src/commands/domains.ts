import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { domainTable } from '../output/domains.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { DomainsClient } from '../server/domains.ts';

/**
 * `rolecall domains ORG`: its e-mail domains and the records that prove them; with `check DOMAIN` the server looks one up now,
 * and the command fails when it is not proved.
 */
export async function domains(
  organization: string,
  [action, domain]: readonly [string | undefined, string | undefined],
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  if (action !== undefined && (action !== 'check' || domain === undefined)) {
    const message = `"${action}" is nothing to do with domains: write "check DOMAIN", or nothing`;
    throw new CommandError(EXIT.usage, 'unknown_action', message);
  }
  const client = new DomainsClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
  if (domain !== undefined) {
    const checked = await client.check(domain.toLowerCase());
    if (options.format === 'json') printJson(io, checked);
    else io.out(domainTable([checked]));
    return checked.error === null ? EXIT.done : EXIT.failed;
  }
  const list = await client.list();
  if (options.format === 'json') printJson(io, list);
  else if (list.domains.length === 0)
    io.out(
      'The organization declares no e-mail domains: any address may sign in, but those of another organization’s domain.\n',
    );
  else io.out(domainTable(list.domains));
  return EXIT.done;
}
