import { setTimeout as clockPause } from 'node:timers/promises';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { limitOf, MAX_LIMIT } from '../limit.ts';
import { momentOf } from '../moment.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { requestLine, requestTable, requestText } from '../output/directory-requests.ts';
import type { DirectoryClient, DirectoryRequestSummary } from '../server/directory.ts';
import { directoryOf } from './scim.ts';
import { patient } from './patient.ts';

export interface LogOptions extends OutputOptions {
  readonly refused?: boolean;
  readonly since?: string;
  readonly resource?: string;
  readonly quirk?: string;
  readonly tokenName?: string;
  readonly limit?: string;
  readonly follow?: boolean;
}

type Page = Awaited<ReturnType<DirectoryClient['requests']>>;

const POLL_MS = 2_000;
/** Entries are written behind their answers, so one may come after others that began later. */
const LATE_MS = 30_000;

/** `rolecall scim log ORG`: the last requests; with an id all that is known of that one; with `--follow` also what comes. */
export async function scimLog(
  organization: string,
  id: string | undefined,
  options: LogOptions,
  io: Io,
): Promise<ExitCode> {
  const { limit, follow, format } = options;
  const narrowing = await queryOf(options, io);
  if (id !== undefined && (follow || limit !== undefined || Object.keys(narrowing).length > 0)) {
    const message = 'the flags narrow a list, and an id names one request; leave out one of the two';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  const query = { ...narrowing, limit: String(limitOf(limit)) };
  const directory = directoryOf(organization, options, io);
  if (id !== undefined) return showOne(directory, id, options, io);
  const page = await directory.requests(query);
  if (follow) return followed(directory, narrowing, page, options, io);
  if (format === 'json') printJson(io, page);
  else if (page.requests.length === 0) io.out('No such requests are on record; they are kept for 30 days.\n');
  else io.out(requestTable(page.requests));
  if (page.nextCursor !== null) io.err(`There are older ones; --limit shows up to ${MAX_LIMIT}.\n`);
  return EXIT.done;
}

async function showOne(directory: DirectoryClient, id: string, options: LogOptions, io: Io): Promise<ExitCode> {
  const request = await directory.request(id);
  if (options.format === 'json') printJson(io, request);
  else io.out(requestText(request, outPaint(io, options)));
  return EXIT.done;
}

/** Shows each request once, in the order of their coming; with `--format json` a line of JSON each. Ends by interruption. */
async function followed(
  directory: DirectoryClient,
  narrowing: Readonly<Record<string, string>>,
  first: Page,
  options: LogOptions,
  io: Io,
): Promise<never> {
  const { pause = (milliseconds: number) => clockPause(milliseconds) } = io;
  const seen = new Map<string, number>();
  const earliest = earliestOf(narrowing, first);
  let newest = 0;
  const come = () => since(directory, narrowing, Math.max(newest - LATE_MS, earliest), io);
  for (let found = first.requests; ; found = (await patient(come, io)) ?? []) {
    for (const request of found.toReversed()) {
      if (seen.has(request.requestId)) continue;
      const at = Date.parse(request.at);
      seen.set(request.requestId, at);
      newest = Math.max(newest, at);
      io.out(options.format === 'json' ? `${JSON.stringify(request)}\n` : requestLine(request));
    }
    for (const [requestId, at] of seen) if (at < newest - 2 * LATE_MS) seen.delete(requestId);
    await pause(POLL_MS);
  }
}

/** Older ones were not asked for: from `--since` on, or, where `--limit` left some out, from the oldest that was shown. */
function earliestOf({ since: asked }: Readonly<Record<string, string>>, { requests, nextCursor }: Page): number {
  const oldest = requests.at(-1);
  if (nextCursor !== null && oldest !== undefined) return Date.parse(oldest.at);
  return asked === undefined ? 0 : Date.parse(asked);
}

/** The newest first: all since then, page by page; from now on where nothing came yet. */
async function since(
  directory: DirectoryClient,
  narrowing: Readonly<Record<string, string>>,
  time: number,
  io: Io,
): Promise<readonly DirectoryRequestSummary[]> {
  const from = new Date(time > 0 ? time : io.now.getTime() - LATE_MS).toISOString();
  const all: DirectoryRequestSummary[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = { ...narrowing, since: from, limit: String(MAX_LIMIT), ...(cursor && { cursor }) };
    const page = await directory.requests(query);
    all.push(...page.requests);
    cursor = page.nextCursor;
  }
  return all;
}

async function queryOf(options: LogOptions, io: Io): Promise<Readonly<Record<string, string>>> {
  const { refused, since: from, resource, quirk, tokenName } = options;
  return {
    ...(refused && { outcome: 'refused,failed' }),
    ...(from !== undefined && { since: await momentOf('--since', from, io.now) }),
    ...(resource !== undefined && { resource }),
    ...(quirk !== undefined && { quirk }),
    ...(tokenName !== undefined && { token: tokenName }),
  };
}
