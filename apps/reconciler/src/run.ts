import { CommanderError } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { InvalidConfiguration } from './invalid-configuration.ts';
import type { Io } from './io.ts';
import { printJson } from './options.ts';
import { isToolFormat } from './output/formats/names.ts';
import { paintFor } from './output/style.ts';
import { createProgram } from './program.ts';

/** Runs one command line (without node and the program's name) and returns its exit code. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return failed(error, args, io);
  }
}

async function failed(error: unknown, args: readonly string[], io: Io): Promise<number> {
  // commander has printed its message, or the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const format = formatIn(args);
  const json = format === 'json';
  if (error instanceof InvalidConfiguration) {
    const { renderDiagnostics } = await import('@rolecall/org-config');
    const paint = paintFor(io, 'err', !args.includes('--no-color'));
    io.err(renderDiagnostics(error.diagnostics, error.sources, paint));
    const { reportAs } = await import('./output/formats/report.ts');
    if (isToolFormat(format)) io.out(reportAs(format, error.diagnostics, error.sources));
    if (json)
      printJson(io, {
        error: { code: 'invalid_configuration', message: error.message, diagnostics: error.diagnostics },
      });
    return error.exitCode;
  }
  const { code, message, exitCode } = known(error);
  io.err(`rolecall: ${message}\n`);
  if (json) printJson(io, { error: { code, message } });
  return exitCode;
}

/** As the command line says; the command itself did not get so far. */
function formatIn(args: readonly string[]): string {
  const joined = args.find((arg) => arg.startsWith('--format='));
  return joined?.slice('--format='.length) ?? args[args.indexOf('--format') + 1] ?? '';
}

function known(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof CommandError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  return { code, message, exitCode: EXIT.failed };
}
