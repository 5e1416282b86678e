import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/** Is told the exit code of the command that ran. */
export type Finish = (code: ExitCode) => void;

/** Adds a group of commands. */
export type AddCommands = (program: Command, io: Io, finish: Finish) => void;

/** The argument of commands about one organization. */
export const ORGANIZATION = "the organization's name";

/** The argument of commands that read files. */
export const PATHS = 'files or directories; default: paths of rolecall.yaml, else the working directory';

/** `--format`, which every command with something to show has. */
export function format(...others: readonly string[]): Option {
  return new Option('--format <format>', 'of what is printed').choices(['human', 'json', ...others]).default('human');
}

/** Lines for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}
