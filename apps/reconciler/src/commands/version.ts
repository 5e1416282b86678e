import { commandVersion } from '../command-version.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';

/** `rolecall version`: of the command, with the Node that runs it. */
export function version(options: OutputOptions, io: Io): ExitCode {
  if (options.format === 'json') printJson(io, { version: commandVersion(), node: process.version });
  else io.out(`rolecall ${commandVersion()} (Node ${process.version})\n`);
  return EXIT.done;
}
