import { join } from 'node:path';
import { formatFile, renderDiagnostics, type Diagnostic, type SourceFile } from '@rolecall/org-config';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { discover } from '../files/discover.ts';
import { Inventory } from '../files/inventory.ts';
import { replaceFile } from '../files/replace-file.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { filesText, Progress } from '../output/progress.ts';

export interface FmtOptions extends OutputOptions {
  readonly check?: boolean;
}

/**
 * `rolecall fmt`: brings files into the one form, and names those that it changed. With `--check` it changes none, and fails when
 * one is not in it. A file with broken YAML stays as it is; the others are formatted all the same.
 */
export async function fmt(paths: readonly string[], options: FmtOptions, io: Io): Promise<ExitCode> {
  const progress = new Progress(io);
  const found = discover(paths, io.cwd, readSettings(io.cwd));
  progress.show(`Formatting ${filesText(found.paths.length)} ...`);
  const inventory = new Inventory(found);
  const changed: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const broken: SourceFile[] = [];
  for (const [index, file] of inventory.files.entries()) {
    if (index % 100 === 0) progress.bar('Formatting', index, inventory.files.length, ' files');
    const source = inventory.source(file);
    const formatted = formatFile(source);
    if ('diagnostics' in formatted) {
      diagnostics.push(...formatted.diagnostics);
      broken.push(source);
    } else if (formatted.changed) {
      changed.push(inventory.shown(file.path));
      if (options.check !== true) replaceFile(join(found.root, file.path), formatted.text);
    }
  }
  progress.clear();
  if (options.format === 'json') printJson(io, { formatVersion: '1.0', changed, diagnostics });
  else {
    for (const name of changed) io.out(`${name}\n`);
    if (diagnostics.length > 0) io.out(renderDiagnostics(diagnostics, broken, outPaint(io, options)));
    if (options.check === true && changed.length > 0) io.err(notFormatted(changed.length));
  }
  const asked = options.check === true && changed.length > 0;
  return diagnostics.length > 0 || asked ? EXIT.invalid : EXIT.done;
}

function notFormatted(count: number): string {
  return `${count === 1 ? 'This file is' : `These ${count} files are`} not in the form of "rolecall fmt"; run it, and commit the result.\n`;
}
