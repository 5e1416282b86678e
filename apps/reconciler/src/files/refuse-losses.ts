import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { MAX_FILE_BYTES } from './discover.ts';

/**
 * Refuses, before anything is written, to replace files that would lose something: those with other documents than the organization's,
 * and those whose document inherits (`spec.from`): a whole document would work as well today, and never again follow its templates.
 * @param files absolute paths, and what each is replaced by; those that do not exist, or say nothing, have nothing to lose
 * @throws CommandError `file_has_others`, `file_is_another`, `file_inherits`, with the file and the line
 */
export function refuseLosses(files: readonly Replaced[], io: Io): void {
  for (const { organization, path } of files) {
    const [first, second] = documentsIn(path, organization);
    if (second !== undefined) {
      const place = `${printable(relative(io.cwd, path))}:${second.line}`;
      const message = `${place} begins another document, which replacing the file would lose, so nothing was written; take live values over with "rolecall drift --write", or import elsewhere with --out-dir`;
      throw new CommandError(EXIT.failed, 'file_has_others', message);
    }
    if (first === undefined) continue;
    if (first.organization !== organization) {
      const place = `${printable(relative(io.cwd, path))}:${first.line}`;
      const message = `${place} is something else than the organization "${organization}", which replacing the file would lose, so nothing was written; move it to another file, or import elsewhere with --out-dir`;
      throw new CommandError(EXIT.failed, 'file_is_another', message);
    }
    const found = first.from;
    if (found === undefined) continue;
    const place = `${printable(relative(io.cwd, path))}:${found.line}`;
    const message =
      `${place} inherits from templates (\`from: ${printable(found.names)}\`), which a whole document would lose, so nothing was written; ` +
      'take live values over with "rolecall drift --write", import elsewhere with --out-dir, or remove `from` first';
    throw new CommandError(EXIT.failed, 'file_inherits', message);
  }
}

/** A file, and the name of the organization whose document comes in place of what it has. */
interface Replaced {
  readonly organization: string;
  readonly path: string;
}

interface Found {
  readonly line: number;
  /** Its name, when it is one. */
  readonly organization?: unknown;
  /** The line of `spec.from`, and what it says. */
  readonly from?: { readonly line: number; readonly names: string };
}

function documentsIn(path: string, organization: string): readonly Found[] {
  // larger ones are no files of organizations: every other command refuses them
  if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > MAX_FILE_BYTES) return [];
  const text = readFileSync(path, 'utf8');
  // ten thousand files are not parsed for nothing
  if (isPlainly(organization, text)) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.contents === null) return [];
    const line = lines.linePos(document.contents.range[0]).line;
    const named = document.get('kind') === 'Organization' ? { organization: document.getIn(['metadata', 'name']) } : {};
    const from = document.getIn(['spec', 'from'], true);
    if (from === undefined) return [{ line, ...named }];
    const [start, end] = (isNode(from) && from.range) || [0, 0];
    const names = text.slice(start, end).replaceAll(/\s+/g, ' ').trim();
    return [{ line, ...named, from: { line: lines.linePos(start).line, names } }];
  });
}

/** As an import writes it: the organization's document alone, which inherits nothing. Any other spelling is parsed. */
function isPlainly(organization: string, text: string): boolean {
  if (text.includes('from') || /^(?:---|\.\.\.|%)/m.test(text)) return false;
  const [, name] =
    /^(?:#.*\n|\n)*apiVersion: \S+\nkind: Organization\nmetadata:\n {2}name: ([a-z0-9-]+)\n/.exec(text) ?? [];
  return name === organization;
}
