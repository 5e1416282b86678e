import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { printable } from '../output/printable.ts';
import { ServerRefusal } from '../server/http.ts';
import { usersClient } from './users.ts';

export interface ImportUsersOptions extends OutputOptions {
  readonly apply?: boolean;
  readonly lastSsoAdmin?: boolean;
}

/** `rolecall users import ORG FILE`: shows what it would do; with `--apply` does it, all or nothing. */
export async function importUsers(
  organization: string,
  file: string,
  options: ImportUsersOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const csv = readCsvFile(file, io.cwd);
  const { apply = false, lastSsoAdmin = false } = options;
  const imported = await client.import(csv, apply, lastSsoAdmin).catch((error: unknown) => {
    throw withLines(error, file);
  });
  if (options.format === 'json') {
    printJson(io, imported);
    return EXIT.done;
  }
  const { applied, created, changed, unchanged } = imported;
  const verb = applied ? '' : 'would be ';
  io.out(`${created} ${verb}invited, ${changed} ${verb}changed, ${unchanged} unchanged.\n`);
  if (!applied && created + changed > 0) io.err('Nothing was written: add --apply.\n');
  if (applied && created > 0)
    io.err('No mail was sent: "rolecall users invite ORG ADDRESS --again" sends each a link.\n');
  return EXIT.done;
}

/** What is wrong with the file, line by line. */
function withLines(error: unknown, file: string): unknown {
  if (!(error instanceof ServerRefusal) || error.diagnostics.length === 0) return error;
  const lines = error.diagnostics.map(({ message }) => `\n  ${printable(`${file}: ${message}`)}`);
  return new CommandError(EXIT.invalid, error.code, `${error.message}${lines.join('')}`);
}

/** @throws CommandError `file_unreadable` */
function readCsvFile(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(EXIT.failed, 'file_unreadable', `${file} cannot be read (${why})`);
  }
}
