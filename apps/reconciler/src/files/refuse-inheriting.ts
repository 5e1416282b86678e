import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { MAX_FILE_BYTES } from './discover.ts';

/**
 * Refuses, before anything is written, to replace files whose documents inherit (`spec.from`): a whole document would work as well
 * today, and never again follow its templates.
 * @param paths absolute; those that do not exist, or are no YAML, inherit nothing
 * @throws CommandError `file_inherits`, with the file and the line
 */
export function refuseInheriting(paths: readonly string[], io: Io): void {
  for (const path of paths) {
    const found = inheritance(path);
    if (found === undefined) continue;
    const place = `${printable(relative(io.cwd, path))}:${found.line}`;
    const message =
      `${place} inherits from templates (\`from: ${printable(found.names)}\`), which a whole document would lose, so nothing was written; ` +
      'take live values over with "rolecall drift --write", import elsewhere with --out-dir, or remove `from` first';
    throw new CommandError(EXIT.failed, 'file_inherits', message);
  }
}

/** The line of the first `spec.from` of a file, and what it says. */
function inheritance(path: string): { readonly line: number; readonly names: string } | undefined {
  // larger ones are no files of organizations: every other command refuses them
  if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > MAX_FILE_BYTES) return undefined;
  const text = readFileSync(path, 'utf8');
  if (!text.includes('from')) return undefined; // ten thousand files are not parsed for nothing
  const lines = new LineCounter();
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    const from = document.getIn(['spec', 'from'], true);
    if (from === undefined) continue;
    const [start, end] = (isNode(from) && from.range) || [0, 0];
    return { line: lines.linePos(start).line, names: text.slice(start, end).replaceAll(/\s+/g, ' ').trim() };
  }
  return undefined;
}
