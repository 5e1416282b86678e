import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

/**
 * The text of a file that an argument names; `-` is standard input.
 * @param hint what the argument may be, for the message
 * @throws CommandError `no_such_file`
 */
export function textOf(file: string, io: Io, hint = ''): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(io.cwd, file), 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new CommandError(EXIT.usage, 'no_such_file', `cannot read ${file} (${why})${hint}`);
  }
}
