import { setTimeout as clockPause } from 'node:timers/promises';
import { syslogMessage } from '@rolecall/audit';
import type { WireEvent } from '@rolecall/audit';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitOf, MAX_LIMIT } from '../limit.ts';
import { momentOf } from '../moment.ts';
import { printJson } from '../options.ts';
import type { GlobalOptions } from '../options.ts';
import { auditLine, auditTable } from '../output/audit.ts';
import { AuditClient } from '../server/audit.ts';
import type { AuditQuery } from '../server/audit.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { patient } from './patient.ts';

export interface AuditOptions extends GlobalOptions {
  readonly format: 'human' | 'json' | 'jsonl' | 'syslog';
  readonly type?: string;
  readonly actor?: string;
  readonly subject?: string;
  readonly address?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly follow?: boolean;
}

const POLL_MS = 2_000;

export function auditOf(organization: string | undefined, options: GlobalOptions, io: Io): AuditClient {
  return new AuditClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
}

/** `rolecall audit list [ORG]`: who did what, the oldest first; with `--follow` also what comes. */
export async function audit(organization: string | undefined, options: AuditOptions, io: Io): Promise<ExitCode> {
  if (options.follow && options.format === 'json') {
    const message = '--format json is one value, which --follow never ends; write --format jsonl';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  const log = auditOf(organization, options, io);
  const query = await queryOf(options, io);
  const page = await log.page(query, 0, limitOf(options.limit));
  if (options.follow) return follow(log, query, organization, options, io);
  if (options.format === 'json') printJson(io, page);
  else if (options.format === 'human')
    io.out(page.events.length === 0 ? 'No such events are on record.\n' : auditTable(page.events));
  else for (const event of page.events) io.out(lineOf(event, organization, options.format));
  if (page.nextAfter !== null)
    io.err(
      `There are later ones; --since narrows, --limit shows up to ${MAX_LIMIT}, "rolecall audit export" gives all.\n`,
    );
  return EXIT.done;
}

/** `rolecall audit export [ORG]`: all of it, a line each; recorded in the log itself. */
export async function exportAudit(organization: string | undefined, options: AuditOptions, io: Io): Promise<ExitCode> {
  const format = options.format === 'syslog' ? 'syslog' : 'jsonl';
  const query: AuditQuery = { ...(await queryOf(options, io)), export: 'true' };
  let count = 0;
  for await (const event of auditOf(organization, options, io).every(query)) {
    io.out(lineOf(event, organization, format));
    count += 1;
  }
  io.err(`${count} event${count === 1 ? '' : 's'}.\n`);
  return EXIT.done;
}

/** `rolecall audit head [ORG]`: the signed end, to be kept where nobody who can write the log can. */
export async function auditHead(organization: string | undefined, options: AuditOptions, io: Io): Promise<ExitCode> {
  const head = await auditOf(organization, options, io).head();
  if (options.format === 'json') printJson(io, head);
  else io.out(`${head.jws}\n`);
  return EXIT.done;
}

/** Each event once, in the order of the chain. Ends by interruption. */
async function follow(
  log: AuditClient,
  query: AuditQuery,
  organization: string | undefined,
  { format }: AuditOptions,
  io: Io,
): Promise<never> {
  const { pause = (milliseconds: number) => clockPause(milliseconds) } = io;
  for (let after = 0; ;) {
    const page = await patient(() => log.page(query, after, MAX_LIMIT), io);
    for (const event of page?.events ?? []) {
      io.out(format === 'human' ? auditLine(event) : lineOf(event, organization, format));
      after = event.seq;
    }
    if (!page || page.nextAfter === null) await pause(POLL_MS);
  }
}

function lineOf(event: WireEvent, organization: string | undefined, format: AuditOptions['format']): string {
  const named = { organization: organization ?? null };
  if (format === 'syslog') return `${syslogMessage(event, named, 'rolecall')}\n`;
  return `${JSON.stringify({ ...named, ...event })}\n`;
}

async function queryOf({ type, actor, subject, address, since, until }: AuditOptions, io: Io): Promise<AuditQuery> {
  return {
    ...(type !== undefined && { type }),
    ...(actor !== undefined && { actor }),
    ...(subject !== undefined && { subject }),
    ...(address !== undefined && { address }),
    ...(since !== undefined && { since: await momentOf('--since', since, io.now) }),
    ...(until !== undefined && { until: await momentOf('--until', until, io.now) }),
  };
}
