import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { expiryTable } from '../output/expiry.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import type { ExpiringItem } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';

export interface ExpiryOptions extends OutputOptions {
  readonly within?: string;
}

/** `rolecall expiry [ORG]`: what ends by itself, the earliest first. */
export async function expiry(
  organization: string | undefined,
  { within, ...options }: ExpiryOptions,
  io: Io,
): Promise<ExitCode> {
  if (within !== undefined && !/^[1-9][0-9]{0,6}[smhd]$/.test(within)) {
    throw new CommandError(EXIT.usage, 'invalid_duration', `--within "${within}" is no duration; write 30d`);
  }
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const filter = { limit: '1000', ...(organization !== undefined && { organization }), ...(within && { within }) };
  const items: ExpiringItem[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<Client['expiry']>> = await answered(
      client.expiry({ ...filter, ...(cursor !== '' && { cursor }) }),
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  if (options.format === 'json') printJson(io, { items });
  else if (items.length === 0) io.out(`Nothing ends${within === undefined ? '' : ` within ${within}`}.\n`);
  else io.out(expiryTable(items, outPaint(io, options)));
  return EXIT.done;
}
