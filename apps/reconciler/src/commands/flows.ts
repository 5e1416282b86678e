import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitOf, MAX_LIMIT } from '../limit.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { flowTable, flowText } from '../output/flow.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { LoginsClient } from '../server/logins.ts';

export interface FlowsOptions extends OutputOptions {
  readonly refused?: boolean;
  readonly code?: string;
  readonly limit?: string;
}

/** `rolecall flows ORG`: how the last logins ended; with a trace id: every check of that one. */
export async function flows(
  organization: string,
  traceId: string | undefined,
  options: FlowsOptions,
  io: Io,
): Promise<ExitCode> {
  const { refused, code, limit } = options;
  if (traceId !== undefined && (refused !== undefined || code !== undefined || limit !== undefined)) {
    const message = '--refused, --code and --limit narrow a list; a trace id names one login';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  const size = limitOf(limit);
  const logins = new LoginsClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
  if (traceId !== undefined) return showFlow(logins, traceId, options, io);
  const page = await logins.flows({
    limit: String(size),
    ...(refused && { outcome: 'refused' }),
    ...(code !== undefined && { code }),
  });
  if (options.format === 'json') printJson(io, page);
  else if (page.flows.length === 0) io.out('No such logins are on record; records are kept for 30 days.\n');
  else io.out(flowTable(page.flows));
  if (page.nextCursor !== null) io.err(`There are older ones; --limit shows up to ${MAX_LIMIT}.\n`);
  return EXIT.done;
}

async function showFlow(logins: LoginsClient, traceId: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const flow = await logins.flow(traceId);
  if (options.format === 'json') printJson(io, flow);
  else io.out(flowText(flow, outPaint(io, options)));
  return EXIT.done;
}
