import { readFileSync } from 'node:fs';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';

/** `rolecall version`: of the command, with the Node that runs it. */
export function version(options: OutputOptions, io: Io): ExitCode {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  if (options.format === 'json') printJson(io, { version: manifest.version, node: process.version });
  else io.out(`rolecall ${manifest.version} (Node ${process.version})\n`);
  return EXIT.done;
}
