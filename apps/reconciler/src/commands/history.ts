import { printDocument } from '@rolecall/org-config';
import { renderPlan } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitOf, MAX_LIMIT } from '../limit.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { table } from '../output/table.ts';
import { readPlan } from '../saved-plan.ts';
import { Client } from '../server/client.ts';
import type { RevisionEntry } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';

export interface HistoryOptions extends OutputOptions {
  readonly limit?: string;
}

export interface ShowOptions extends OutputOptions {
  readonly revision?: string;
}

/** `rolecall history ORG`: who applied which revision, when and from where. */
export async function history(organization: string, options: HistoryOptions, io: Io): Promise<ExitCode> {
  const limit = String(limitOf(options.limit));
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const page = await client.revisions(organization, { limit });
  if (options.format === 'json') printJson(io, page);
  else io.out(revisionTable(page.revisions));
  if (page.nextCursor !== null) io.err(`There are older ones; --limit shows up to ${MAX_LIMIT}.\n`);
  return EXIT.done;
}

/** `rolecall show ORG`: the document that is live, or was at a revision; `rolecall show PLAN.json`: a saved plan, which nothing asks the server about. */
export async function show(what: string, options: ShowOptions, io: Io): Promise<ExitCode> {
  if (what.endsWith('.json')) {
    const { plan } = readPlan(what, io.cwd);
    if (options.format === 'json') printJson(io, plan);
    else io.out(renderPlan(plan, { paint: outPaint(io, options) }));
    return EXIT.done;
  }
  const { revision } = options;
  if (revision !== undefined && !isRevision(revision)) {
    throw new CommandError(EXIT.usage, 'invalid_revision', `--revision "${revision}" is no number of a revision`);
  }
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const { document } = await (revision === undefined
    ? client.organization(what)
    : client.revision(what, Number(revision)));
  if (options.format === 'json') printJson(io, document);
  else io.out(printDocument(document));
  return EXIT.done;
}

function revisionTable(revisions: readonly RevisionEntry[]): string {
  const rows = revisions.map(({ number, appliedAt, appliedBy, repository, commit, file }) => {
    const from = [repository, commit?.slice(0, 12), file].filter((part) => part !== null && part !== undefined);
    return [String(number), appliedAt, appliedBy, from.join(' ')];
  });
  return table([['REVISION', 'APPLIED', 'BY', 'FROM'], ...rows]);
}

function isRevision(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= 2_147_483_647;
}
