import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { printDocument } from '@rolecall/org-config';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { printable } from '../output/printable.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';

export interface PlatformOptions extends OutputOptions {
  readonly out?: string;
}

/** `rolecall platform`: the document of the deployment as it is, to look at or to put into a repository. */
export async function platform(options: PlatformOptions, io: Io): Promise<ExitCode> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const record = await answered(client.platform());
  if (options.format === 'json') {
    printJson(io, record);
    return EXIT.done;
  }
  const comment = `Revision ${record.revision}, of the collection "${record.collection}".`;
  const text = printDocument(record.document, [comment]);
  if (options.out === undefined) io.out(text);
  else write(options.out, text, io);
  return EXIT.done;
}

function write(file: string, text: string, io: Io): void {
  const path = resolve(io.cwd, file);
  if (existsSync(path)) {
    const message = `${printable(file)} exists already, so nothing was written; move it away first`;
    throw new CommandError(EXIT.failed, 'file_exists', message);
  }
  writeFileSync(path, text);
  io.out(`${printable(file)}\n`);
}
