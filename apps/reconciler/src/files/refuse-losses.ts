import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { MAX_FILE_BYTES } from './discover.ts';

/**
 * Refuses, before anything is written, to replace files that would lose something: those with other documents beside the organization's,
 * and those whose document inherits (`spec.from`): a whole document would work as well today, and never again follow its templates.
 * @param paths absolute; those that do not exist, or are no YAML, have nothing to lose
 * @throws CommandError `file_has_others`, `file_inherits`, with the file and the line
 */
export function refuseLosses(paths: readonly string[], io: Io): void {
  for (const path of paths) {
    const documents = documentsIn(path);
    const [, second] = documents;
    if (second !== undefined) {
      const place = `${printable(relative(io.cwd, path))}:${second.line}`;
      const message = `${place} begins another document, which replacing the file would lose, so nothing was written; take live values over with "rolecall drift --write", or import elsewhere with --out-dir`;
      throw new CommandError(EXIT.failed, 'file_has_others', message);
    }
    const found = documents[0]?.from;
    if (found === undefined) continue;
    const place = `${printable(relative(io.cwd, path))}:${found.line}`;
    const message =
      `${place} inherits from templates (\`from: ${printable(found.names)}\`), which a whole document would lose, so nothing was written; ` +
      'take live values over with "rolecall drift --write", import elsewhere with --out-dir, or remove `from` first';
    throw new CommandError(EXIT.failed, 'file_inherits', message);
  }
}

interface Found {
  readonly line: number;
  /** The line of `spec.from`, and what it says. */
  readonly from?: { readonly line: number; readonly names: string };
}

function documentsIn(path: string): readonly Found[] {
  // larger ones are no files of organizations: every other command refuses them
  if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > MAX_FILE_BYTES) return [];
  const text = readFileSync(path, 'utf8');
  // ten thousand files are not parsed for nothing
  if (!text.includes('from') && !/^---/m.test(text)) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.contents === null) return [];
    const line = lines.linePos(document.contents.range[0]).line;
    const from = document.getIn(['spec', 'from'], true);
    if (from === undefined) return [{ line }];
    const [start, end] = (isNode(from) && from.range) || [0, 0];
    const names = text.slice(start, end).replaceAll(/\s+/g, ' ').trim();
    return [{ line, from: { line: lines.linePos(start).line, names } }];
  });
}
