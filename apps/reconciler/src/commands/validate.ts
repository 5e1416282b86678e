import { renderDiagnostics } from '@rolecall/org-config';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { checkAll } from '../files/check.ts';
import type { Checked } from '../files/check.ts';
import { discover } from '../files/discover.ts';
import { Inventory } from '../files/inventory.ts';
import { hasErrors } from '../files/load.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { ValidateOptions } from '../options.ts';
import { reportAs } from '../output/formats/report.ts';
import { filesText, Progress } from '../output/progress.ts';

/** `rolecall validate`: everything that can be said of the files without a server. */
export async function validate(paths: readonly string[], options: ValidateOptions, io: Io): Promise<ExitCode> {
  const progress = new Progress(io);
  const found = discover(paths, io.cwd, readSettings(io.cwd));
  progress.show(`Checking ${filesText(found.paths.length)} ...`);
  const inventory = new Inventory(found);
  const told = (checked: number, whole: number) => progress.bar('Checking', checked, whole, ' files');
  const loaded = await checkAll(inventory, io.now, { told });
  progress.clear();
  const valid = !hasErrors(loaded);
  if (options.format === 'json') printJson(io, report(loaded, valid));
  else if (options.format !== 'human') io.out(reportAs(options.format, loaded.diagnostics, loaded.sources));
  else {
    if (loaded.diagnostics.length > 0)
      io.out(renderDiagnostics(loaded.diagnostics, loaded.sources, outPaint(io, options)));
    if (valid) io.out(`${summary(loaded)}\n`);
  }
  return valid ? EXIT.done : EXIT.invalid;
}

function report(loaded: Checked, valid: boolean) {
  const failed = loaded.diagnostics.filter(({ code }) => code === 'test_failed').length;
  return {
    formatVersion: '1.0',
    valid,
    files: loaded.sources.length,
    organizations: loaded.documents.length,
    templates: loaded.templates.length,
    tests: { passed: loaded.tests - failed, failed },
    diagnostics: loaded.diagnostics,
  };
}

function summary({ documents, templates, tests }: Checked): string {
  const shared = templates.length === 0 ? '' : `${counted(templates.length, 'template')}, `;
  return `${counted(documents.length, 'organization')}, ${shared}${counted(tests, 'test')} passed`;
}

function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}
