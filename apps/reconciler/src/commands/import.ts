import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { documentDigest, loadDocuments, printDocument } from '@rolecall/org-config';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { refuseLosses } from '../files/refuse-losses.ts';
import { secretsNeeded } from '../files/secrets.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { printable } from '../output/printable.ts';
import { Progress } from '../output/progress.ts';
import { answered } from '../planning.ts';
import type { Client } from '../server/client.ts';
import type { OrganizationRecord } from '../server/client.ts';
import { target } from '../target.ts';

export interface ImportOptions extends OutputOptions {
  readonly all?: boolean;
  readonly outDir?: string;
  readonly force?: boolean;
}

/** So many organizations are asked for before the first is answered. */
const AT_ONCE = 8;

/** One file that was written. */
interface Imported {
  readonly organization: string;
  readonly file: string;
  readonly revision: number;
  readonly collection: string | null;
  /** Where the values of secrets are expected: `fromEnv ACME_SECRET`. The server never gives them out. */
  readonly secrets: readonly string[];
}

/**
 * `rolecall import ORG…`: writes what the server has as files whose plan is empty. That is checked before a file is written: what a
 * plan would read from it has the digest of the live revision.
 */
export async function importOrganizations(names: readonly string[], options: ImportOptions, io: Io): Promise<ExitCode> {
  if ((names.length === 0) === (options.all !== true)) {
    throw new CommandError(EXIT.usage, 'what_to_import', 'name organizations, or write --all for every one');
  }
  const { client, collection } = target(options, io);
  const directory = resolve(io.cwd, options.outDir ?? '.');
  const progress = new Progress(io);
  const imported: Imported[] = [];
  try {
    const wanted = options.all === true ? await everyName(client) : names;
    const files = wanted.map((name) => ({ organization: name, path: pathOf(directory, name) }));
    if (options.force === true) refuseLosses(files, io);
    else refuseExisting(files, io);
    for await (const records of options.all === true ? everyRecord(client) : recordsOf(wanted, client)) {
      for (const record of records) imported.push(write(record, pathOf(directory, record.name), io));
      progress.bar('Importing', imported.length, wanted.length);
    }
  } finally {
    progress.clear();
  }
  if (options.format === 'json') printJson(io, { formatVersion: '1.0', imported });
  else report(imported, collection, io);
  return EXIT.done;
}

async function* recordsOf(names: readonly string[], client: Client): AsyncIterable<readonly OrganizationRecord[]> {
  for (let at = 0; at < names.length; at += AT_ONCE) {
    yield await Promise.all(names.slice(at, at + AT_ONCE).map((name) => answered(client.organization(name))));
  }
}

/** Page by page; the server makes the next one while the files of one are written. */
async function* everyRecord(client: Client): AsyncIterable<readonly OrganizationRecord[]> {
  let coming = answered(client.documents(null));
  for (;;) {
    const { organizations, nextCursor } = await coming;
    if (nextCursor !== null) coming = answered(client.documents(nextCursor));
    coming.catch(() => undefined); // while the page before is written; it is thrown when it is waited for
    yield organizations;
    if (nextCursor === null) return;
  }
}

async function everyName(client: Client): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['organizations']>> = await answered(client.organizations(cursor));
    names.push(...page.organizations.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  if (names.length > 0) return names;
  throw new CommandError(EXIT.failed, 'nothing_to_import', 'the server has no organizations yet');
}

/** A name that somebody typed or the server said becomes a path: it must be a name. */
function pathOf(directory: string, name: string): string {
  if (/^[a-z0-9-]{1,63}$/.test(name)) return join(directory, `${name}.yaml`);
  throw new CommandError(EXIT.usage, 'invalid_name', `"${printable(name)}" cannot be the name of an organization`);
}

/** Before the first file is written. */
function refuseExisting(files: readonly { readonly path: string }[], io: Io): void {
  const found = files.find(({ path }) => existsSync(path))?.path;
  if (found === undefined) return;
  const file = printable(relative(io.cwd, found));
  const message = `${file} exists already, so nothing was written; move it away, or write --force to replace it`;
  throw new CommandError(EXIT.failed, 'file_exists', message);
}

function write(record: OrganizationRecord, path: string, io: Io): Imported {
  const { document, revision, collection, digest } = record;
  const file = relative(io.cwd, path);
  const text = printDocument(document, [
    `Revision ${revision}, imported from the server. Describe here what people should know.`,
  ]);
  requireFaithful(text, file, digest);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return { organization: record.name, file, revision, collection, secrets: secretsNeeded(document) };
}

/** What is written must be what the server has; a file that differs would be a change that nobody wanted. */
function requireFaithful(text: string, file: string, digest: string): void {
  const { documents } = loadDocuments([{ path: file, text }], { readFile: () => undefined });
  const [document] = documents;
  if (document && documentDigest(document.document) === digest) return;
  const message = `${printable(file)} would not say what the server has, so it was not written; use a "rolecall" of the server's version`;
  throw new CommandError(EXIT.failed, 'import_differs', message);
}

function report(imported: readonly Imported[], collection: string, io: Io): void {
  for (const { organization, file, revision, secrets } of imported) {
    io.out(`${organization}  revision ${revision}  ${printable(file)}\n`);
    for (const secret of secrets) io.out(`  needs ${printable(secret)}\n`);
  }
  const others = imported.filter((one) => one.collection !== null && one.collection !== collection);
  for (const { organization, collection: owner } of others) {
    io.err(
      `${organization} belongs to the collection "${printable(owner ?? '')}": plan it there, or release it first.\n`,
    );
  }
  if (imported.some((one) => one.collection === null)) {
    io.err('Who belongs to no collection yet is taken by "rolecall apply --adopt".\n');
  }
}
