import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitOf } from '../limit.ts';
import { outPaint, printJson } from '../options.ts';
import type { GlobalOptions, OutputOptions } from '../options.ts';
import { holdTable, receiptsOfOrganization, statusText, tokenTable } from '../output/directory.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { DirectoryClient } from '../server/directory.ts';
import { dayOf } from '../output/time.ts';

export interface ReceiptsOptions extends OutputOptions {
  readonly limit?: string;
}

/** The directory of an organization, at the server that the options or the surroundings name. */
export function directoryOf(organization: string, options: GlobalOptions, io: Io): DirectoryClient {
  return new DirectoryClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
}

/** `rolecall scim status ORG`. */
export async function scimStatus(organization: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const status = await directoryOf(organization, options, io).status();
  if (options.format === 'json') printJson(io, status);
  else io.out(statusText(organization, status, io.now, outPaint(io, options)));
  return EXIT.done;
}

/** `rolecall scim token issue ORG NAME`: the token alone goes to stdout, so that it can be piped to where it belongs. */
export async function issueScimToken(
  organization: string,
  name: string,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const issued = await directoryOf(organization, options, io).issue(name);
  if (options.format === 'json') {
    printJson(io, issued);
    return EXIT.done;
  }
  const { value, baseUrl, token } = issued;
  const [rotate, ends] = [token.rotateAt, token.expiresAt].map(dayOf);
  io.out(`${value}\n`);
  io.err(
    `Enter it at the identity provider as the bearer token, with the base URL ${baseUrl}
It is shown this once; only its hash is stored. Issue another from ${rotate} on: it ends on ${ends}.
Former tokens called ${name} end after the overlap: "rolecall scim token list ${organization}" shows when.\n`,
  );
  return EXIT.done;
}

/** `rolecall scim token list ORG`. */
export async function listScimTokens(organization: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const { tokens, missingTokens } = await directoryOf(organization, options, io).status();
  if (options.format === 'json') printJson(io, { tokens, missingTokens });
  else {
    if (tokens.length > 0) io.out(tokenTable(tokens));
    else io.out('There are no tokens yet.\n');
    for (const name of missingTokens) {
      io.err(`No token called ${name} is alive: "rolecall scim token issue ${organization} ${name}" makes one.\n`);
    }
  }
  return EXIT.done;
}

/** `rolecall scim token revoke ORG ID`: from the next request on. */
export async function revokeScimToken(
  organization: string,
  id: string,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const revoked = await directoryOf(organization, options, io).revoke(id);
  if (options.format === 'json') printJson(io, revoked);
  else io.out(`Token ${id} is revoked.\n`);
  return EXIT.done;
}

/** `rolecall scim holds ORG`. */
export async function scimHolds(organization: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const list = await directoryOf(organization, options, io).holds();
  if (options.format === 'json') printJson(io, list);
  else if (list.holds.length === 0) io.out('Nothing is held.\n');
  else io.out(holdTable(organization, list.holds));
  return EXIT.done;
}

/** `rolecall scim release ORG HOLD`. */
export async function releaseScimHold(
  organization: string,
  hold: string,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const released = await directoryOf(organization, options, io).release(hold);
  if (options.format === 'json') printJson(io, released);
  else
    io.out('Released: for the window of the brake (1h by default) removals pass. The identity provider tries again.\n');
  return EXIT.done;
}

/** `rolecall scim receipts ORG`. */
export async function scimReceipts(organization: string, options: ReceiptsOptions, io: Io): Promise<ExitCode> {
  const list = await directoryOf(organization, options, io).receipts(limitOf(options.limit));
  if (options.format === 'json') printJson(io, list);
  else if (list.receipts.length === 0) io.out('The directory deactivated and deleted nobody yet.\n');
  else io.out(receiptsOfOrganization(list.receipts));
  return EXIT.done;
}
